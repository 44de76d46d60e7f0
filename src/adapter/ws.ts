/** Ws: a `ws` socket as an Adapter: dialled, redirects and all, through the function that it is given. */

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { isBufferSource } from "../base/bytes.ts";
import { checkCloseArguments, checkCloseFrame } from "../base/close-arguments.ts";
import { whenAborted } from "../base/signal.ts";
import { MAX_DELAY_MS, startTimer, type Timer } from "../base/timer.ts";
import { CLOSE_TIMEOUT_MS, CloseCode, ReadyState } from "../constants.ts";
import type { SocketError } from "../errors.ts";
import {
  ABNORMAL_END,
  type Adapter,
  type AdapterSink,
  type Payload,
  type WebSocketOptions,
} from "./adapter.ts";
import { describeAbort, describeTimeout } from "./ends.ts";
import {
  describeDialFailure,
  describeLoss,
  describeProtocolError,
  describeTooBig,
  describeUnreadable,
} from "./ws-errors.ts";
import { type GuardedOptions, Redirects, readRefusal } from "./ws-handshake.ts";
import { boundFragments } from "./ws-inflate.ts";
import { compressionThresholdOf, dialTimeoutOf, maxPayloadOf, readLimitOf } from "./ws-options.ts";
import { viewFixed, WsOutput } from "./ws-output.ts";
import { Pongs } from "./ws-pongs.ts";
import type { Connect, ReportingSocket, WsEvent, WsOwner } from "./ws-socket.ts";

/** A `ws` socket, from its dial on. */
export class WsAdapter implements Adapter, WsOwner {
  /** As it was dialled, whatever it was redirected to. */
  readonly url: string;
  readonly #options: WebSocketOptions;
  readonly #sink: AdapterSink;
  /** Null only where not even a dial could be started. */
  #ws: ReportingSocket | null = null;
  #socket: Socket | null = null;
  #extensions = "";
  #opened = false;
  /** Whether the end needs no explanation: one was given, or it was asked for. */
  #explained = false;
  /** Whether the end was asked for: what comes behind that is for nobody. */
  #asked = false;
  /** Whether an error was reported: what follows it is no clean close. */
  #failed = false;
  /** Made at the first send. */
  #output: WsOutput | null = null;
  /** Bounds the opening handshake, then a closing one that waits for a Blob to be read. */
  #timer: Timer;
  #redirects: Redirects | null = null;
  #forgetSignal: (() => void) | null = null;
  /** Reports that wait for a task of their own. */
  #waiting = 0;
  #pongs: Pongs | null = null;
  /** While paused: a handle that is not read does not keep Node alive. */
  #alive: Timer;

  constructor(url: URL, connect: Connect, request: GuardedOptions, sink: AdapterSink) {
    const { options } = request;
    this.url = url.href;
    this.#options = options;
    this.#sink = sink;
    this.#timer = startTimer(dialTimeoutOf(options), WsAdapter.#endLate, this);
    if (options.followRedirects) this.#redirects = new Redirects(url, connect, request);
    try {
      if (options.signal?.aborted) throw describeAbort(this.url, options.signal.reason);
      this.#take(connect(url, options));
      if (options.signal) this.#watch(options.signal);
    } catch (error) {
      this.#handleUnstarted(error);
      this.#handleClose(CloseCode.ABNORMAL_CLOSURE, "");
    }
  }

  static #endLate(adapter: WsAdapter): void {
    adapter.#abort(describeTimeout(adapter.url, dialTimeoutOf(adapter.#options)));
  }

  static #dropLate(adapter: WsAdapter): void {
    adapter.terminate();
  }

  get protocol(): string {
    return this.#ws?.protocol ?? "";
  }
  get extensions(): string {
    // What a handshake offers that then fails has not been negotiated.
    return this.#opened ? this.#extensions : "";
  }
  get remoteAddress(): string {
    const { remoteAddress = "", remotePort } = this.#socket ?? {};
    if (remoteAddress === "") return "";
    return `${remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
  }
  get reportsDrain(): boolean {
    return true;
  }
  get bufferedAmount(): number {
    return this.#output?.bytes ?? 0;
  }
  get readyState(): number {
    // What still waits to be reported came before the peer's close frame. A connection that ends without one
    // is in the state CLOSING while ws still hands over what it has read: that is for the reader, too.
    const { startedClosing = true } = this.#ws ?? {};
    const isEnding = startedClosing || this.#state === ReadyState.CLOSED;
    if (this.#asked || (this.#waiting === 0 && isEnding)) return ReadyState.CLOSING;
    return this.#opened ? ReadyState.OPEN : ReadyState.CONNECTING;
  }

  send(data: Payload): void {
    const payload = isBufferSource(data) ? viewFixed(data) : data;
    this.#output ??= this.#createOutput();
    this.#output.send(payload);
  }

  close(code: number, reason: string): void {
    this.#startClosing(checkCloseArguments(code, reason), reason);
  }

  closeWith(code: number, reason: string): void {
    checkCloseFrame(code, reason);
    this.#startClosing(code, reason);
  }

  terminate(): void {
    this.#explained = true;
    this.#drop();
  }

  ping(payload: Uint8Array): void {
    this.#ws?.ping(payload);
  }

  pause(): void {
    // From then on everything is read, so that the end is seen.
    if (this.#state !== ReadyState.OPEN || this.#explained) return;
    this.#ws?.pause();
    this.#alive ??= setInterval(() => {}, MAX_DELAY_MS);
  }

  resume(): void {
    this.#letGo();
    if (this.#opened) this.#ws?.resume();
  }

  /** Takes a message of the `ws` socket. */
  handleMessage(payload: Buffer, isBinary: boolean): void {
    // ws takes a limit of 0 for none, so it was given 1.
    if (payload.length === 1 && this.#options.readLimit === 0) {
      this.#explain(describeTooBig(this.url, 0));
      this.#hearNoMore();
      this.#ws?.close(CloseCode.MESSAGE_TOO_BIG);
      this.resume();
      return;
    }
    const data = isBinary ? payload : payload.toString();
    if (this.#waiting > 0 || this.#sink.separateTasks) {
      this.#reportLater(() => this.#sink.message(data));
    } else this.#sink.message(data);
  }

  /** Takes another event of the `ws` socket. */
  handle(...event: WsEvent): boolean {
    switch (event[0]) {
      case "open":
        this.#handleOpen();
        return true;
      case "ping":
        this.#pongs ??= new Pongs(this.#ws);
        this.#pongs.answer(event[1]);
        this.#report(() => this.#sink.ping?.());
        return true;
      case "pong":
        this.#report(() => this.#sink.pong?.(event[1]));
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
      case "unexpected-response":
        // Else an agent would give the connection to its next request, and that would be ended with this.
        event[1].shouldKeepAlive = false;
        this.#handleRefusal(event[2]);
        return true;
      default:
        return false;
    }
  }

  get #state(): number {
    return this.#ws?.readyState ?? ReadyState.CLOSED;
  }

  #letGo(): void {
    clearInterval(this.#alive);
    this.#alive = undefined;
  }

  #startClosing(code: number, reason: string): void {
    this.#asked = this.#explained = true;
    // ws would report the end of a dial before the microtasks of this call have run.
    if (this.#state === ReadyState.CONNECTING) this.#holdReports();
    const close = (): void => this.#ws?.close(code, reason);
    if (this.#output === null) close();
    else if (!this.#output.close(close)) {
      this.#timer = startTimer(CLOSE_TIMEOUT_MS, WsAdapter.#dropLate, this);
    }
    // The peer's close frame stands behind all that was not read.
    this.resume();
  }

  /** Drops the connection, and what was read of it and not yet reported. */
  #drop(): void {
    this.#asked = true;
    this.#letGo();
    this.#hearNoMore();
    this.#ws?.terminate();
  }

  /** What has not been reported stays so: of a paused connection ws would hand over what it has in store. */
  #hearNoMore(): void {
    const owner: WsOwner = {
      handleMessage() {},
      handle: (...event) => event[0] === "ping" || event[0] === "pong" || this.handle(...event),
    };
    if (this.#ws) this.#ws.owner = owner;
  }

  #watch(signal: AbortSignal): void {
    const abort = (): void => this.#abort(describeAbort(this.url, signal.reason));
    this.#forgetSignal = whenAborted(signal, abort);
  }

  #take(ws: ReportingSocket): void {
    ws.owner = this;
    this.#ws = ws;
  }

  /** Takes what the start of a handshake threw: the one error. */
  #handleUnstarted(error: unknown): void {
    // Nothing may be reported from within the call that dials.
    this.#holdReports();
    this.#explain(describeDialFailure(error, this.url));
  }

  #handleRefusal(response: IncomingMessage): void {
    if (this.#redirects?.takes(response)) this.#redirect(this.#redirects, response);
    else readRefusal(response, this.url, (error) => this.#abort(error));
  }

  #redirect(redirects: Redirects, response: IncomingMessage): void {
    const last = this.#ws;
    try {
      this.#take(redirects.follow(response));
      if (last) last.owner = null;
    } catch (error) {
      this.#handleUnstarted(error);
    }
    last?.terminate();
  }

  #handleOpen(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#redirects = null;
    this.#opened = true;
    if (this.#ws && this.#extensions !== "") boundFragments(this.#ws, maxPayloadOf(this.#options));
    // Messages that came along with the handshake wait until all microtasks of `open` have run.
    if (this.#socket?.readableLength !== 0) this.#holdReports();
    this.#sink.open();
  }

  #handleClose(code: number, reason: string): void {
    clearTimeout(this.#timer);
    this.#letGo();
    this.#forgetSignal?.();
    const wasClean = code !== CloseCode.ABNORMAL_CLOSURE && !this.#failed;
    if (!wasClean) this.#explain(describeLoss(this.#socket?.errored ?? null, this.url));
    this.#report(() => this.#sink.close(wasClean ? { code, reason, wasClean } : ABNORMAL_END));
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
    this.#failed = true;
    this.#report(() => this.#sink.error(error));
  }

  #abort(error: SocketError): void {
    // The caller's signal may be aborted from anywhere, and ws reports the end of a dial too soon.
    if (this.#state === ReadyState.CONNECTING) this.#holdReports();
    this.#explain(error);
    this.#drop();
  }

  /** Reports behind all that waits. */
  #report(step: () => void): void {
    if (this.#waiting === 0) step();
    else this.#reportLater(step);
  }

  /** What is reported from now on waits for a task of its own. */
  #holdReports(): void {
    this.#reportLater(() => {});
  }

  #reportLater(step: () => void): void {
    this.#waiting += 1;
    // Node runs all microtasks between two of these.
    setImmediate(() => {
      step();
      // That the peer has started to close is for a task of its own, too.
      if (this.#waiting === 1 && this.#state > ReadyState.OPEN) setImmediate(() => this.#rest());
      else this.#rest();
    });
  }

  #rest(): void {
    this.#waiting -= 1;
  }

  #createOutput(): WsOutput {
    const threshold =
      this.extensions === "" ? Number.POSITIVE_INFINITY : compressionThresholdOf(this.#options);
    return new WsOutput(this.#ws, threshold, {
      isLost: () => this.#socket?.destroyed ?? false,
      handleDrain: () => this.#report(() => this.#sink.drain?.()),
      handleUnreadable: (cause) => this.#abort(describeUnreadable(cause, this.url)),
    });
  }
}
