/** Frame request: the handshake of a client whose frames are made here, by Node's HTTP, and without any extension.
 *  @see RFC 6455, section 4.1 */

import http, {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from "node:http";
import https from "node:https";
import { unescape } from "node:querystring";
import type { Duplex } from "node:stream";
import { quote } from "../base/quote.ts";
import { CloseCode, ReadyState } from "../constants.ts";
import type { WebSocketOptions } from "./adapter.ts";
import type { ClientHandshake, HandshakeOwner } from "./client-handshake.ts";
import { acceptKey, createKey } from "./frame-key.ts";
import { Output, type OutputOwner, type OutputSettings } from "./output.ts";
import { withoutBrackets } from "./private-networks.ts";

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

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
  this[HANDSHAKE]?.handleRefusal(response);
}
function handleError(this: HandshakeRequest, error: Error): void {
  this[HANDSHAKE]?.handleError(error);
}

function reportEnd(handshake: FrameRequest, error: Error | null): void {
  handshake.reportEnd(error);
}

/** One handshake, from its request to its answer. The options say who connects. */
export class FrameRequest implements ClientHandshake {
  owner: HandshakeOwner | null = null;
  readonly protocol = "";
  readyState: number = ReadyState.CONNECTING;
  readonly startedClosing = false;
  readonly isPaused = false;
  readonly #protocols: readonly string[];
  readonly #key = createKey();
  readonly #request: HandshakeRequest;

  /**
   * Sends the request.
   *
   * @param protocols the subprotocols to offer; empty for none
   * @param options as of Node's `request`; the fields of the handshake are added to their `headers`
   * @throws what Node's `http`, `tls` or an agent throws
   */
  constructor(url: URL, protocols: readonly string[], options: RequestSettings) {
    this.#protocols = protocols;
    const isSecure = url.protocol === "wss:";
    // Looked up at each call: who traces requests replaces the function.
    const { request: send } = isSecure ? https : http;
    const request: HandshakeRequest = send({
      ...options,
      ...targetOf(url),
      // Node takes it from the agent, and there is none where we connect.
      defaultPort: isSecure ? HTTPS_PORT : HTTP_PORT,
      headers: this.#createFields(options),
    });
    this.#request = request;
    request[HANDSHAKE] = this;
    request.on("upgrade", handleUpgrade);
    request.on("response", handleResponse);
    request.on("error", handleError);
    request.end();
  }

  close(): void {
    this.terminate();
  }

  terminate(): void {
    if (this.readyState === ReadyState.CONNECTING) this.#drop(null);
  }

  /** Checks what a server says that has agreed, and hands the connection over. */
  handleUpgrade(response: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { headers } = response;
    this.owner?.handleUpgrade(response);
    if (this.readyState === ReadyState.CONNECTING) {
      const problem = this.#check(headers);
      const protocol = headers["sec-websocket-protocol"] ?? "";
      if (problem === null) {
        this.owner?.takeOver({ socket, head, protocol });
        return;
      }
      this.#drop(new Error(problem));
    }
    // Node does not listen to it any more, and that of an agent may say something when it is destroyed.
    socket.on("error", () => {});
  }

  handleRefusal(response: IncomingMessage): void {
    this.owner?.handleRefusal(this.#request, response);
  }

  /** The connection has failed, or could not be made. */
  handleError(error: Error): void {
    // After a drop Node reports a hang-up: our own doing.
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

  #createFields({ headers }: RequestSettings): OutgoingHttpHeaders {
    return {
      ...headers,
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": this.#key,
      Connection: "Upgrade",
      Upgrade: "websocket",
      ...(this.#protocols.length > 0 && { "Sec-WebSocket-Protocol": this.#protocols.join(",") }),
    };
  }

  /** What is wrong with the answer; null where nothing is. Node has checked `Connection`: without it a 101 is a refusal. */
  #check(headers: IncomingHttpHeaders): string | null {
    const { upgrade, "sec-websocket-accept": accept } = headers;
    const extensions = headers["sec-websocket-extensions"];
    const wanted = acceptKey(this.#key);
    // RFC 6455, section 4.1, steps 2, 4 and 5.
    if (upgrade?.toLowerCase() !== "websocket") {
      return `the server's Upgrade is ${show(upgrade)}, must be websocket`;
    }
    if (accept !== wanted) {
      return `the server's Sec-WebSocket-Accept is ${show(accept)}, must be ${wanted}`;
    }
    if (extensions !== undefined) {
      return `the server's extensions are ${show(extensions)}, must be none, as offered`;
    }
    return this.#checkProtocol(headers["sec-websocket-protocol"]);
  }

  /** Step 6. A server may choose none (RFC 6455, section 4.2.2); as a browser does, who offers takes that for a fault. */
  #checkProtocol(chosen: string | undefined): string | null {
    const offered = this.#protocols;
    if (chosen === undefined && offered.length === 0) return null;
    if (chosen !== undefined && offered.includes(chosen)) return null;
    const limit = offered.length === 0 ? "none" : `one of ${offered.join(", ")}`;
    return `the server's subprotocol is ${show(chosen)}, must be ${limit}`;
  }
}

function show(field: string | undefined): string {
  return field === undefined ? "none" : quote(field);
}

/** Where a URL leads, in the words of Node. */
function targetOf({ hostname, port, pathname, search, username, password }: URL): RequestOptions {
  const target = {
    host: withoutBrackets(hostname),
    port,
    path: pathname + search,
  };
  if (username === "" && password === "") return target;
  // Unlike decodeURIComponent this takes what is no UTF-8, which a URL may have.
  return { ...target, auth: `${unescape(username)}:${unescape(password)}` };
}
