/** Ws handshaker: completes a handshake on the server's side, its request having passed all checks.
 *  @see RFC 6455, section 4.2.2 */

import { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import Ws, { type Server, WebSocketServer } from "ws";
import { listOffers } from "./extensions.ts";
import { type Answer, answerHandshake, type Handshake, TakenError } from "./frame-answer.ts";
import type { ReaderSettings } from "./frame-reader.ts";
import { FrameSocket } from "./frame-socket.ts";
import type { Wire } from "./wire.ts";
import type { Accepted } from "./ws.ts";
import {
  framingOf,
  needsWs,
  toReaderSettings,
  toWsSettings,
  type WsOptions,
} from "./ws-settings.ts";
import { createReportingClass, type ReportingClass, type ReportingSocket } from "./ws-socket.ts";

const EXTENSIONS_FIELD = "sec-websocket-extensions:";

let Reporting: ReportingClass | null = null;

/**
 * The request as ws needs it: lists as they were read here, since ws refuses some that are right. Not made upon
 * the request itself: an object that another inherits from is slow from then on.
 */
function rewrite({ method, headers }: IncomingMessage, { offered }: Answer): IncomingMessage {
  const value = {
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": headers["sec-websocket-key"],
    "sec-websocket-extensions": listOffers(headers["sec-websocket-extensions"] ?? "") || undefined,
    "sec-websocket-protocol": offered.length === 0 ? undefined : offered.join(", "),
  };
  return Object.create(IncomingMessage.prototype, {
    method: { value: method },
    headers: { value },
  });
}

/** Completes handshakes that agree on the same compression and limit. */
export class Handshaker {
  readonly #server: Server;
  readonly #settings: WsOptions;
  /** Of the frames that are read here. */
  readonly #reading: ReaderSettings;
  readonly #needsWs: boolean;
  #answer: Answer | null = null;
  #extensions = "";
  #problem: Error | null = null;
  #wire: Wire | null = null;

  constructor(settings: WsOptions) {
    this.#settings = settings;
    this.#reading = toReaderSettings(settings, true);
    this.#needsWs = needsWs(settings);
    const options: object = {
      noServer: true,
      clientTracking: false,
      ...toWsSettings(settings),
      handleProtocols: () => this.#answer?.protocol || false,
      WebSocket: this.#chooseClass(),
    };
    this.#server = new WebSocketServer(options);
    this.#server.on("headers", (lines) => this.#handleHeaders(lines));
    this.#server.on("wsClientError", (error) => {
      this.#problem = error;
    });
  }

  /**
   * Writes the answer, and hands over the open socket.
   * @returns what is wrong with the request, where ws finds something; null where the peer has gone
   */
  complete(handshake: Handshake, answer: Answer): Accepted | Error | null {
    if (this.#needsWs) return this.#completeByWs(handshake, answer);
    const wire = answerHandshake(handshake, answer, this.#reading);
    if (wire === null || wire instanceof TakenError) return wire;
    return { wire, socket: handshake.socket as Socket, extensions: "" };
  }

  #completeByWs({ request, socket, head }: Handshake, answer: Answer): Accepted | Error | null {
    this.#answer = answer;
    this.#extensions = "";
    this.#problem = this.#wire = null;
    try {
      this.#server.handleUpgrade(rewrite(request, answer), socket, head, (accepted) => {
        // Where ws makes the frames, what it has made is the wire.
        this.#wire ??= accepted as ReportingSocket;
      });
    } catch (cause) {
      // Somebody else has upgraded this socket: what is written to it is his business.
      return new TakenError("the socket was upgraded before", { cause });
    } finally {
      this.#answer = null;
    }
    const wire: Wire | null = this.#wire;
    if (wire) return { wire, socket: socket as Socket, extensions: this.#extensions };
    return this.#problem;
  }

  /** What `ws` is to make of a socket whose handshake is done. */
  #chooseClass(): object {
    if (framingOf(this.#settings) === "ws") {
      Reporting ??= createReportingClass(Ws, true);
      return Reporting;
    }
    const take = (socket: Duplex, head: Buffer): void => {
      const protocol = this.#answer?.protocol ?? "";
      const extensions = this.#extensions;
      this.#wire = new FrameSocket({ socket, head, protocol, extensions }, this.#reading);
    };
    return class {
      setSocket(socket: Duplex, head: Buffer): void {
        take(socket, head);
      }
    };
  }

  #handleHeaders(lines: string[]): void {
    const offered = lines.find((line) => line.toLowerCase().startsWith(EXTENSIONS_FIELD));
    this.#extensions = offered?.slice(EXTENSIONS_FIELD.length).trim() ?? "";
    for (const [name, value] of Object.entries(this.#answer?.headers ?? {})) {
      for (const part of [value].flat()) lines.push(`${name}: ${part}`);
    }
  }
}
