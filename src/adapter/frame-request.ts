/** Frame request: the handshake of a client whose frames are made here, by Node's HTTP, and without any extension.
 *  @see RFC 6455, section 4.1 */

import {
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from "node:http";
import { request as httpsRequest } from "node:https";
import { unescape } from "node:querystring";
import type { Duplex } from "node:stream";
import { CloseCode, ReadyState } from "../constants.ts";
import type { WebSocketOptions } from "./adapter.ts";
import type { ClientHandshake, HandshakeOwner } from "./frame-handshake.ts";
import { acceptKey, createKey } from "./frame-key.ts";
import { Output, type OutputOwner, type OutputSettings } from "./output.ts";

const DEFAULT_PORT = 80;
const DEFAULT_SECURE_PORT = 443;

// A property of the request, so that its listeners are the same functions for all handshakes.
const HANDSHAKE = Symbol("handshake");

/** Options of Node's `request`, those of TLS among them, that say how to connect. */
export interface RequestSettings extends Omit<RequestOptions, "headers"> {
  readonly headers?: WebSocketOptions["headers"];
}

interface HandshakeRequest extends ClientRequest {
  [HANDSHAKE]?: FrameRequest;
}

function handleUpgrade(
  this: HandshakeRequest,
  ...[response, socket, head]: [IncomingMessage, Duplex, Buffer]
): void {
  this[HANDSHAKE]?.handleUpgrade(response, socket, head);
}
function handleResponse(this: HandshakeRequest, response: IncomingMessage): void {
  this[HANDSHAKE]?.owner?.handleRefusal(this, response);
}
function handleError(this: HandshakeRequest, error: Error): void {
  this[HANDSHAKE]?.handleFailure(error);
}

function reportEnd(handshake: FrameRequest, error: Error | null): void {
  handshake.reportEnd(error);
}

/** One handshake, from its request to its answer. What it connects with is that of the options. */
export class FrameRequest implements ClientHandshake {
  owner: HandshakeOwner | null = null;
  readonly protocol = "";
  readyState: number = ReadyState.CONNECTING;
  startedClosing = false;
  readonly isPaused = false;
  readonly #protocols: readonly string[];
  readonly #key = createKey();
  readonly #request: HandshakeRequest;

  /**
   * Sends the request.
   *
   * @param options as of Node's `request`; its own fields are added to their `headers`
   * @throws what Node's `http`, `tls` or an agent throws
   */
  constructor(url: URL, protocols: readonly string[], options: RequestSettings) {
    this.#protocols = protocols;
    const isSecure = url.protocol === "wss:";
    const send = isSecure ? httpsRequest : httpRequest;
    const defaultPort = isSecure ? DEFAULT_SECURE_PORT : DEFAULT_PORT;
    const request: HandshakeRequest = send({
      ...options,
      ...targetOf(url),
      defaultPort,
      headers: this.#writeFields(options),
    });
    this.#request = request;
    request[HANDSHAKE] = this;
    request.on("upgrade", handleUpgrade);
    request.on("response", handleResponse);
    request.on("error", handleError);
    request.end();
  }

  close(): void {
    this.startedClosing = true;
    this.terminate();
  }

  terminate(): void {
    if (this.readyState === ReadyState.CONNECTING) this.#drop(null);
  }

  /** Checks what a server says that has agreed, and hands the connection over. */
  handleUpgrade(response: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.owner?.handleUpgrade(response);
    if (this.readyState !== ReadyState.CONNECTING) return;
    const { headers } = response;
    const problem = this.#check(headers);
    const protocol = headers["sec-websocket-protocol"] ?? "";
    if (problem === null) this.owner?.takeOver({ socket, head, protocol });
    else this.#drop(new Error(problem));
  }

  /** The connection has failed, or nobody could connect. */
  handleFailure(error: Error): void {
    // What it says when it has been dropped is known.
    if (this.readyState === ReadyState.CONNECTING) this.reportEnd(error);
  }

  reportEnd(error: Error | null): void {
    this.readyState = ReadyState.CLOSING;
    if (error) this.owner?.handleError(error);
    this.readyState = ReadyState.CLOSED;
    this.owner?.handleEnd(CloseCode.ABNORMAL_CLOSURE, "");
  }

  // There is nothing to be sent and nothing to be read yet.
  createOutput(settings: OutputSettings, owner: OutputOwner): Output {
    return new Output(settings, owner);
  }
  mute(): void {}
  ping(): void {}
  answerPing(): void {}
  pause(): void {}
  resume(): void {}

  /** Ends it at once, and says so when whoever ends it has returned. */
  #drop(error: Error | null): void {
    this.readyState = ReadyState.CLOSING;
    this.#request.destroy();
    process.nextTick(reportEnd, this, error);
  }

  #writeFields({ headers }: RequestSettings): OutgoingHttpHeaders {
    return {
      ...headers,
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": this.#key,
      Connection: "Upgrade",
      Upgrade: "websocket",
      ...(this.#protocols.length > 0 && { "Sec-WebSocket-Protocol": this.#protocols.join(",") }),
    };
  }

  /** What is wrong with the answer; null where nothing is. */
  #check(headers: IncomingHttpHeaders): string | null {
    if (headers.upgrade?.toLowerCase() !== "websocket") {
      return "the server's Upgrade is not websocket";
    }
    if (headers["sec-websocket-accept"] !== acceptKey(this.#key)) {
      return "the server's Sec-WebSocket-Accept does not answer the key";
    }
    if (headers["sec-websocket-extensions"] !== undefined) {
      return "the server has chosen an extension, and none was offered";
    }
    return this.#checkProtocol(headers["sec-websocket-protocol"]);
  }

  #checkProtocol(chosen: string | undefined): string | null {
    const offered = this.#protocols;
    if (chosen === undefined) {
      return offered.length === 0 ? null : "the server has chosen no subprotocol";
    }
    return offered.includes(chosen) ? null : "the server has chosen a subprotocol not offered";
  }
}

/** Where an URL leads, in the words of Node. */
function targetOf({ hostname, port, pathname, search, username, password }: URL): RequestOptions {
  const isIpv6 = hostname.startsWith("[");
  const target = {
    host: isIpv6 ? hostname.slice(1, -1) : hostname,
    port,
    path: pathname + search,
  };
  if (username === "" && password === "") return target;
  return { ...target, auth: `${unescape(username)}:${unescape(password)}` };
}
