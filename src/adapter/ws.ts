/** Ws: a socket of Node as an Adapter, over a wire of our own or of ws: dialled, redirects and all,
 *  or accepted. */

import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { isBufferSource } from "../base/bytes.ts";
import { checkCloseArguments, checkCloseFrame } from "../base/close-arguments.ts";
import { quote } from "../base/quote.ts";
import { whenAborted } from "../base/signal.ts";
import { startTimer, type Timer } from "../base/timer.ts";
import { CLOSE_TIMEOUT_MS, CloseCode, ReadyState } from "../constants.ts";
import type { SocketError } from "../errors.ts";
import { ABNORMAL_END, type Adapter, type AdapterSink, type Payload } from "./adapter.ts";
import type { ClientHandshake, StartHandshake } from "./client-handshake.ts";
import { describeAbort } from "./ends.ts";
import { isAnswer, windowAlone } from "./extensions.ts";
import type { Frame } from "./frame-batch.ts";
import { type FramedConnection, FrameSocket } from "./frame-socket.ts";
import { Output, type OutputOwner, viewFixed } from "./output.ts";
import { Pongs } from "./pongs.ts";
import { Reports, type ReportsOwner } from "./reports.ts";
import type { Wire } from "./wire.ts";
import { type DialOwner, WsDial } from "./ws-dial.ts";
import {
  describeDialFailure,
  describeLoss,
  describeProtocolError,
  describeTooBig,
  describeTooSlow,
  describeUnreadable,
} from "./ws-errors.ts";
import type { GuardedOptions } from "./ws-redirects.ts";
import {
  compressionLevelOf,
  compressionThresholdOf,
  readLimitOf,
  toReaderSettings,
  type WsOptions,
} from "./ws-settings.ts";
import type { WsOwner } from "./ws-socket.ts";

/** A connection whose handshake was done by the server's side. */
export interface Accepted {
  readonly wire: Wire;
  readonly socket: Socket;
  /** What was agreed upon, as in `Sec-WebSocket-Extensions`, or `""`. */
  readonly extensions: string;
}

/** A socket of Node, from its dial on. */
export class WsAdapter implements Adapter, WsOwner, ReportsOwner, DialOwner {
  /** As it was dialled, whatever it was redirected to. */
  readonly url: string;
  readonly #options: WsOptions;
  readonly #sink: AdapterSink;
  readonly #reports = new Reports(this);
  /** Who makes and reads the frames, before that the handshake; null only where not even a dial could be started. */
  #wire: Wire | null = null;
  #socket: Socket | null = null;
  #extensions = "";
  #opened = false;
  #accepted = false;
  /** Whether the end needs no explanation: one was given, or it was asked for. */
  #explained = false;
  /** Whether the end was asked for: what comes behind that is for nobody. */
  #asked = false;
  /** Whether an error was reported: what follows it is no clean close. */
  #failed = false;
  /** Made at the first send. */
  #output: Output | null = null;
  /** Until it is open. */
  #dial: WsDial | null = null;
  /** Bounds a closing handshake that waits for a Blob to be read. */
  #timer: Timer;
  #forgetSignal: (() => void) | null = null;
  #pongs: Pongs | null = null;

  /** @param url as it may be shown to its user */
  constructor(url: string, options: WsOptions, sink: AdapterSink) {
    this.url = url;
    this.#options = options;
    this.#sink = sink;
  }

  /** Starts the handshake; called once, as `accept` is, and instead of it. */
  dial(url: URL, connect: StartHandshake, request: GuardedOptions): void {
    const { signal } = request.options;
    this.#dial = new WsDial(url, connect, request, this);
    try {
      this.#dial.start();
      if (signal) this.#watch(signal);
    } catch (error) {
      this.handleUnstarted(error);
      this.handleEnd(CloseCode.ABNORMAL_CLOSURE, "");
    }
  }

  /** Takes a socket that is open. Its `open` is reported nevertheless, for listeners to come. */
  accept({ wire, socket, extensions }: Accepted): void {
    this.#accepted = this.#opened = true;
    this.#socket = socket;
    this.#extensions = extensions;
    this.#wire = wire;
    wire.owner = this;
    // Nothing may be reported from within the call that accepts.
    this.#reports.reportLater(() => this.#sink.open());
  }

  static #dropLate(adapter: WsAdapter): void {
    adapter.terminate();
  }

  get protocol(): string {
    return this.#wire?.protocol ?? "";
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
  /** Whether reading has been stopped. */
  get paused(): boolean {
    return this.#wire?.isPaused ?? false;
  }
  /** Bytes that wait for the network now, each message with what it takes in memory. */
  get waitingBytes(): number {
    return this.#output?.waitingBytes ?? 0;
  }
  get takenBytes(): number {
    return this.#output?.takenBytes ?? 0;
  }
  get bufferedAmount(): number {
    return this.#output?.bytes ?? 0;
  }
  /** Payload bytes not yet handed to the network at this moment, those of this task too. */
  get unsentBytes(): number {
    return this.#output?.unsentBytes ?? 0;
  }
  get readyState(): number {
    // What still waits to be reported came before the peer's close frame. A connection that ends without one
    // is in the state CLOSING while what it has read is still handed over: that is for the reader, too.
    // Asked for with every message.
    const wire = this.#wire;
    const hasBegun = wire === null || wire.startedClosing || wire.readyState === ReadyState.CLOSED;
    if (this.#asked || (hasBegun && !this.#reports.isWaiting)) return ReadyState.CLOSING;
    return this.#opened ? ReadyState.OPEN : ReadyState.CONNECTING;
  }

  send(data: Payload): void {
    const payload = isBufferSource(data) ? viewFixed(data) : data;
    this.#output ??= this.#createOutput();
    if (this.#options.maxUnsent !== undefined) this.#checkStuck(this.#output);
    this.#output.send(payload);
  }

  /** Sends what was framed for many; its bytes leave with all others of this turn. */
  sendFrame(frame: Frame): void {
    this.#output ??= this.#createOutput();
    this.#checkStuck(this.#output);
    this.#output.sendFrame(frame);
  }

  /** Reports from now on what leaves. */
  awaitDrain(): void {
    this.#output ??= this.#createOutput();
    this.#output.awaitsDrain = true;
  }

  close(code: number, reason: string): void {
    // A server may have to say more than a script may.
    if (this.#accepted) this.closeWith(code, reason);
    else this.#startClosing(checkCloseArguments(code, reason), reason);
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
    this.#output?.flush();
    this.#wire?.ping(payload);
  }

  pause(): void {
    // From then on everything is read, so that the end is seen.
    if (this.#state !== ReadyState.OPEN || this.#explained) return;
    this.#wire?.pause();
  }

  resume(): void {
    if (this.#opened) this.#wire?.resume();
  }

  /** Takes a message. */
  handleMessage(data: string | Uint8Array, bytes: number): void {
    // With the frames of ws only: it takes a limit of 0 for none, so it was given 1.
    if (bytes === 1 && this.#options.readLimit === 0) {
      this.#explain(describeTooBig(this.url, 0));
      this.#wire?.mute();
      this.#wire?.close(CloseCode.MESSAGE_TOO_BIG);
      this.resume();
      return;
    }
    const { traffic } = this.#options;
    if (traffic) {
      traffic.messagesIn += 1;
      traffic.bytesIn += bytes;
    }
    // What comes behind our close is for nobody.
    if (this.#reports.isWaiting || this.#sink.separateTasks) {
      this.#reports.reportLater(() => this.#asked || this.#sink.message(data));
    } else if (!this.#asked) this.#sink.message(data);
  }

  /** A close frame is about to be sent: no data may follow it. */
  handleClosing(): void {
    this.#output?.flush();
  }

  handlePing(payload: Uint8Array): void {
    if (this.#wire) this.#pongs ??= new Pongs(this.#wire);
    this.#pongs?.answer(payload);
    this.#reports.report(() => this.#sink.ping?.());
  }

  handlePong(payload: Uint8Array): void {
    this.#reports.report(() => this.#sink.pong?.(payload));
  }

  handleError(error: Error): void {
    this.#explain(this.#describe(error));
  }

  handleUpgrade({ socket, headers }: IncomingMessage): void {
    this.#socket = socket;
    this.#extensions = headers["sec-websocket-extensions"] ?? "";
    if (isAnswer(this.#extensions)) return;
    const problem = new Error(`the server's extensions are ${quote(this.#extensions)}`);
    this.abort(describeDialFailure(problem, this.url));
  }

  handleRefusal(request: ClientRequest, response: IncomingMessage): void {
    this.#dial?.handleRefusal(request, response);
  }

  /** Makes and reads the frames from here on. */
  takeOver(connection: Omit<FramedConnection, "extensions">): void {
    const settings = toReaderSettings(this.#options, false);
    const wire = new FrameSocket({ ...connection, extensions: this.#extensions }, settings);
    if (this.#wire) this.#wire.owner = null;
    // Nothing holds the handshake from here on.
    this.#wire = wire;
    wire.owner = this;
    this.handleOpen();
  }

  handleOpen(): void {
    this.#dial?.end();
    this.#dial = null;
    this.#opened = true;
    // Messages that came along with the handshake wait until all microtasks of `open` have run.
    if (this.#socket?.readableLength !== 0) this.#reports.hold();
    this.#sink.open();
  }

  /** Whether it is past being open. */
  get isEnding(): boolean {
    return this.#state > ReadyState.OPEN;
  }

  get #state(): number {
    return this.#wire?.readyState ?? ReadyState.CLOSED;
  }

  #startClosing(code: number, reason: string): void {
    this.#asked = this.#explained = true;
    // A handshake would report its end before the microtasks of this call have run.
    if (this.#state === ReadyState.CONNECTING) this.#reports.hold();
    const close = (): void => this.#wire?.close(code, reason);
    // Where the peer has ended its side without a close frame, it is waited for as long as it likes.
    const isUnbounded = this.#state === ReadyState.CLOSING && this.#wire?.startedClosing === false;
    const isDone = this.#output === null || this.#output.close(close);
    if (this.#output === null) close();
    if (!isDone || isUnbounded) {
      this.#timer = startTimer(CLOSE_TIMEOUT_MS, WsAdapter.#dropLate, this);
    }
    // The peer's close frame stands behind all that was not read.
    this.resume();
  }

  /** Drops the connection, and what was read of it and not yet reported. */
  #drop(): void {
    this.#asked = true;
    // Of a paused connection what is in store would be handed over.
    this.#wire?.mute();
    this.#wire?.terminate();
  }

  #watch(signal: AbortSignal): void {
    const abort = (): void => this.abort(describeAbort(this.url, signal.reason));
    this.#forgetSignal = whenAborted(signal, abort);
  }

  /** Takes the next handshake. */
  take(handshake: ClientHandshake): void {
    handshake.owner = this;
    this.#wire = handshake;
  }

  /** Takes what the start of a handshake threw: the one error. */
  handleUnstarted(error: unknown): void {
    // Nothing may be reported from within the call that dials.
    this.#reports.hold();
    this.#explain(describeDialFailure(error, this.url));
  }

  handleEnd(code: number, reason: string): void {
    this.#dial?.end();
    this.#output?.end();
    clearTimeout(this.#timer);
    this.#forgetSignal?.();
    const wasClean = code !== CloseCode.ABNORMAL_CLOSURE && !this.#failed;
    if (!wasClean) this.#explain(describeLoss(this.#socket?.errored ?? null, this.url));
    this.#reports.report(() =>
      this.#sink.close(wasClean ? { code, reason, wasClean } : ABNORMAL_END),
    );
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
    this.#reports.report(() => this.#sink.error(error));
  }

  /** Ends it at once, and says why. */
  abort(error: SocketError): void {
    // The caller's signal may be aborted from anywhere, and a handshake reports its end too soon.
    if (this.#state === ReadyState.CONNECTING) this.#reports.hold();
    this.#explain(error);
    this.#drop();
  }

  /** Closes on a peer that takes less than it is sent. */
  #checkStuck(output: Output): void {
    // Once the end has begun, on either side, nothing is added to what waits.
    if (this.#asked || this.#state !== ReadyState.OPEN || !output.isStuck) return;
    const { maxUnsent = 0 } = this.#options;
    const error = describeTooSlow(this.url, output.waitingBytes, maxUnsent);
    // Nothing may be reported from within a call. Its end is clean where the peer answers the close frame.
    this.#reports.reportLater(() => this.#sink.error(error));
    this.#startClosing(CloseCode.TRY_AGAIN_LATER, "too slow");
  }

  #createOutput(): Output {
    const settings = {
      compressionThreshold:
        this.#extensions === "" ? Number.POSITIVE_INFINITY : compressionThresholdOf(this.#options),
      compressionLevel: compressionLevelOf(this.#options),
      windowAlone: windowAlone(this.#extensions),
      maxUnsent: this.#options.maxUnsent,
      traffic: this.#options.traffic,
    };
    const owner: OutputOwner = {
      isLost: () => this.#socket?.destroyed ?? false,
      handleDrain: () => this.#reports.report(() => this.#sink.drain?.()),
      handleUnreadable: (cause) => this.abort(describeUnreadable(cause, this.url)),
    };
    const output = this.#wire?.createOutput(settings, owner) ?? new Output(settings, owner);
    output.awaitsDrain = this.#sink.drain !== undefined && this.#sink.awaitsDrain !== false;
    return output;
  }
}
