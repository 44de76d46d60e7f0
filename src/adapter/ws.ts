/** Ws: a `ws` socket as an Adapter.
 *  Dialled here; one that a server accepted is given to `WsAdapter` the same way. */

import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { WebSocket as WsSocket } from "ws";
import { isBufferSource, viewBytes } from "../base/bytes.ts";
import { checkCloseArguments } from "../base/close-arguments.ts";
import { parseProtocols, parseSocketUrl } from "../base/url.ts";
import {
  CloseCode,
  Compression,
  DEFAULT_COMPRESSION_THRESHOLD_BYTES,
  ReadyState,
} from "../constants.ts";
import type { SocketError } from "../errors.ts";
import type {
  Adapter,
  AdapterSink,
  Dialer,
  DialRequest,
  Payload,
  WebSocketOptions,
} from "./adapter.ts";
import {
  describeAbort,
  describeDialFailure,
  describeLoss,
  describeProtocolError,
  describeTooBig,
  describeUnreadable,
} from "./ws-errors.ts";
import { DialBounds, guardRedirect, readRefusal } from "./ws-handshake.ts";
import { checkOptions, readLimitOf, toWsOptions } from "./ws-options.ts";
import { WsOutput } from "./ws-output.ts";

/** The events of a `ws` socket, messages apart. */
type WsEvent =
  | [name: "open"]
  | [name: "pong", payload: Buffer]
  | [name: "error", error: Error]
  | [name: "close", code: number, reason: Buffer]
  | [name: "upgrade", response: IncomingMessage]
  | [name: "redirect", url: string, request: ClientRequest]
  | [name: "unexpected-response", request: ClientRequest, response: IncomingMessage];

/** A `ws` socket that hands its events straight to its adapter: no listener of its own for each kind. */
interface ReportingSocket extends WsSocket {
  owner: WsAdapter | null;
}
type ReportingClass = new (url: URL, protocols: string[], options: object) => ReportingSocket;

/** A `ws` socket, from its first event on. */
export class WsAdapter implements Adapter {
  readonly #ws: ReportingSocket;
  readonly #sink: AdapterSink;
  readonly #options: WebSocketOptions;
  /** Null once nothing bounds it any more. */
  #bounds: DialBounds | null;
  #socket: Socket | null = null;
  #extensions = "";
  #opened = false;
  /** Whether the end needs no explanation: one was given, or it was asked for. */
  #explained = false;
  /** Made at the first send. */
  #output: WsOutput | null = null;
  /** Reports that wait for a task of their own. */
  #waiting = 0;

  constructor(ws: ReportingSocket, options: WebSocketOptions, sink: AdapterSink) {
    this.#ws = ws;
    this.#options = options;
    this.#sink = sink;
    ws.owner = this;
    this.#bounds = new DialBounds(this.url, options, (error) => this.#abort(error));
    if (options.signal?.aborted) this.#abort(describeAbort(this.url, options.signal.reason));
  }

  get url(): string {
    return this.#ws.url;
  }
  get protocol(): string {
    return this.#ws.protocol;
  }
  get extensions(): string {
    return this.#extensions;
  }
  get remoteAddress(): string {
    const { remoteAddress = "", remotePort } = this.#socket ?? {};
    if (remoteAddress === "") return "";
    return `${remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
  }
  get bufferedBytes(): number {
    return this.#output?.bytes ?? 0;
  }
  get closing(): boolean {
    // What still waits to be reported came before the peer's close frame.
    return this.#waiting === 0 && this.#ws.readyState > ReadyState.OPEN;
  }

  send(data: Payload): void {
    this.#output ??= this.#createOutput();
    this.#output.send(isBufferSource(data) ? viewUnshared(data) : data);
  }

  close(code: number, reason: string): void {
    const sent = checkCloseArguments(code, reason);
    this.#explained = true;
    if (this.#output) this.#output.afterAll(() => this.#ws.close(sent, reason));
    else this.#ws.close(sent, reason);
  }

  terminate(): void {
    this.#explained = true;
    this.#ws.terminate();
  }

  ping(payload: Uint8Array): void {
    this.#ws.ping(payload);
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  /** Takes a message of the `ws` socket. */
  handleMessage(payload: Buffer, isBinary: boolean): void {
    // ws takes a limit of 0 for none, so it was given 1.
    if (payload.length === 1 && this.#options.readLimit === 0) {
      this.#explain(describeTooBig(this.url, 0));
      this.#ws.close(CloseCode.MESSAGE_TOO_BIG);
      return;
    }
    const data = isBinary ? payload : payload.toString();
    if (this.#sink.separateTasks) this.#reportLater(() => this.#sink.message(data));
    else this.#sink.message(data);
  }

  /** Takes another event of the `ws` socket. */
  handle(...event: WsEvent): boolean {
    switch (event[0]) {
      case "open":
        this.#opened = true;
        this.#bounds?.stopTimer();
        if (this.#options.signal === undefined) this.#bounds = null;
        this.#sink.open();
        return true;
      case "pong":
        this.#report(() => this.#sink.pong(event[1]));
        return true;
      case "error":
        this.#explain(this.#describe(event[1]));
        return true;
      case "close":
        this.#handleClose(event[1], event[2].toString());
        return true;
      case "upgrade":
        this.#socket = event[1].socket;
        this.#extensions = event[1].headers["sec-websocket-extensions"] ?? "";
        return true;
      case "redirect":
        this.#handleRedirect(event[1], event[2]);
        return true;
      case "unexpected-response":
        readRefusal(event[2], this.url, (error) => this.#abort(error));
        return true;
      default:
        return false;
    }
  }

  #handleRedirect(url: string, request: ClientRequest): void {
    const fields = Object.keys(this.#options.headers ?? {});
    const error = guardRedirect(this.url, url, request, fields);
    if (error) this.#abort(error);
  }

  #handleClose(code: number, reason: string): void {
    this.#bounds?.release();
    const wasClean = code !== CloseCode.ABNORMAL_CLOSURE;
    if (!wasClean) this.#explain(describeLoss(this.#socket?.errored ?? null, this.url));
    this.#report(() => this.#sink.close({ code, reason, wasClean }));
  }

  #describe(error: Error): SocketError {
    return this.#opened
      ? describeProtocolError(error, this.url, readLimitOf(this.#options))
      : describeDialFailure(error, this.url);
  }

  /** Reports why it is about to end, unless that is known already. */
  #explain(error: SocketError): void {
    if (this.#explained) return;
    this.#explained = true;
    this.#report(() => this.#sink.error(error));
  }

  #abort(error: SocketError): void {
    this.#explain(error);
    this.#ws.terminate();
  }

  /** Reports behind all that waits. */
  #report(step: () => void): void {
    if (this.#waiting === 0) step();
    else this.#reportLater(step);
  }

  #reportLater(step: () => void): void {
    this.#waiting += 1;
    // Node runs all microtasks between two of these.
    setImmediate(() => {
      step();
      this.#waiting -= 1;
    });
  }

  #createOutput(): WsOutput {
    const mode = this.#options.compression ?? Compression.DISABLED;
    const threshold =
      this.#extensions === ""
        ? Number.POSITIVE_INFINITY
        : DEFAULT_COMPRESSION_THRESHOLD_BYTES[mode];
    return new WsOutput(this.#ws, threshold, {
      handleDrain: () => this.#report(() => this.#sink.drain()),
      handleUnreadable: (cause) => this.#abort(describeUnreadable(cause, this.url)),
    });
  }
}

/** @throws {TypeError} when the memory is shared: another thread could change it while it is sent */
function viewUnshared(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  const bytes = source instanceof Uint8Array ? source : viewBytes(source);
  if (bytes.buffer instanceof ArrayBuffer) return bytes;
  throw new TypeError("WebSocket.send: shared memory can't be sent");
}

/** The class of `ws`, its sockets reporting to their adapters. */
function createReportingClass(Ws: typeof WsSocket): ReportingClass {
  return class extends Ws implements ReportingSocket {
    owner: WsAdapter | null = null;

    // Of the several ways to call the class of ws, only this one; it takes a parsed URL as it is.
    constructor(url: URL, protocols: string[], options: object) {
      super(url, protocols, options);
    }

    override emit(name: string | symbol, first?: unknown, second?: unknown): boolean {
      if (this.owner === null) return false;
      if (name !== "message") return this.owner.handle(...([name, first, second] as WsEvent));
      this.owner.handleMessage(first as Buffer, second as boolean);
      return true;
    }
  };
}

/** A dialer over the class of `ws`. */
export function createWsDialer(Ws: typeof WsSocket): Dialer {
  let Reporting: ReportingClass | null = null;
  return {
    supported: true,
    checkOptions,

    dial({ url, protocols, options }: DialRequest, sink: AdapterSink): Adapter {
      const address = parseSocketUrl(url);
      const names = parseProtocols(protocols);
      Reporting ??= createReportingClass(Ws);
      return new WsAdapter(new Reporting(address, names, toWsOptions(options)), options, sink);
    },
  };
}
