/** Stream: the platform's `WebSocketStream` as an Adapter, whose reading can be stopped: the peer feels it.
 *  @see https://github.com/ricea/websocketstream-explainer */

import { isBufferSource, payloadBytes, viewBytes } from "../base/bytes.ts";
import { Deferred } from "../base/deferred.ts";
import { listProtocols } from "../base/url.ts";
import { ReadyState } from "../constants.ts";
import {
  ABNORMAL_END,
  type Adapter,
  type AdapterSink,
  type DialRequest,
  type Payload,
} from "./adapter.ts";
import { describeFailure } from "./native.ts";

/** What comes in: bytes are an `ArrayBuffer` in some versions. */
type Chunk = string | ArrayBuffer | Uint8Array;

interface OpenedStream {
  readonly readable: ReadableStream<Chunk>;
  readonly writable: WritableStream<Exclude<Payload, Blob>>;
  readonly protocol: string;
  readonly extensions: string;
}

/** A `WebSocketStream`, as far as it is used. */
interface NativeStream {
  readonly url: string;
  readonly opened: Promise<OpenedStream>;
  readonly closed: Promise<StreamCloseInfo>;
  close(info?: StreamCloseInfo): void;
}

interface StreamCloseInfo {
  readonly closeCode: number;
  readonly reason: string;
}

type StreamClass = new (url: string, options: { protocols: string[] }) => NativeStream;

/** What the platform has beside it. */
declare const WebSocketStream: StreamClass;
declare const WebSocketError: new (message: string, info: StreamCloseInfo) => Error;

const CUT_SHORT = "closed while paused: its last messages may be missing";

/** Resolves in a task of its own; a timeout may be held up for long where there is a scheduler. */
function nextTask(): Promise<void> {
  const { scheduler }: { scheduler?: Scheduler } = globalThis;
  return new Promise((resolve) => {
    if (scheduler) void scheduler.postTask(resolve);
    else setTimeout(resolve);
  });
}

/** A socket over a `WebSocketStream`. */
class StreamAdapter implements Adapter {
  readonly url: string;
  protocol = "";
  extensions = "";
  bufferedAmount = 0;
  readonly reportsDrain = true;
  /** Past OPEN once asked for, or once all that came before the end has been reported. */
  readyState: number = ReadyState.CONNECTING;
  readonly #stream: NativeStream;
  readonly #sink: AdapterSink;
  /** There is one from `open` on. */
  #writer: WritableStreamDefaultWriter<Exclude<Payload, Blob>> | undefined;
  /** Settles once everything sent has left. */
  #output = Promise.resolve();
  /** Settles once everything read has been reported. */
  #input = Promise.resolve();
  /** Whether a read is under way: then nothing waits to be read. */
  #reading = false;
  /** Resolved at `resume`. */
  #paused: Deferred<void> | undefined;
  /** Why it ended, unless cleanly. */
  #failure: object | undefined;

  constructor(stream: NativeStream, sink: AdapterSink) {
    this.#stream = stream;
    this.#sink = sink;
    this.url = stream.url;
    void this.#run();
  }

  get #isClosing(): boolean {
    return this.readyState > ReadyState.OPEN;
  }

  send(data: Payload): void {
    // A copy: it may have to wait.
    const payload = isBufferSource(data) ? new Uint8Array(viewBytes(data)) : data;
    const bytes = payloadBytes(payload);
    this.bufferedAmount += bytes;
    // One after the other, so that a Blob keeps its place while it is read.
    if (!this.#isClosing) this.#output = this.#output.then(() => this.#write(payload, bytes));
  }

  close(code: number, reason: string): void {
    const info = { closeCode: code, reason };
    // Its constructor checks as the W3C `close` does; the stream would do so too late, behind all output.
    void new WebSocketError("", info);
    if (this.#isClosing) return;
    this.readyState = ReadyState.CLOSING;
    // The peer's answer comes behind what has not been read.
    this.resume();
    void this.#output.then(() => this.#stream.close(info));
  }

  pause(): void {
    if (this.readyState !== ReadyState.OPEN) return;
    this.#paused ??= new Deferred();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  async #run(): Promise<void> {
    let info = ABNORMAL_END;
    const ended = this.#stream.closed.then(
      ({ closeCode: code, reason }) => {
        if (this.#paused && !this.#reading) this.#failure ??= new Error(CUT_SHORT);
        if (!this.#failure) info = { code, reason, wasClean: true };
      },
      (cause) => {
        this.#failure ??= cause;
      },
    );
    try {
      await this.#read(await this.#stream.opened);
    } catch {
      // What went wrong `closed` tells.
    }
    await ended;
    await this.#input;
    await nextTask();
    if (this.#failure && !this.#isClosing) {
      this.#sink.error(describeFailure(this.#failure, this.url));
    }
    this.readyState = ReadyState.CLOSED;
    this.#sink.close(info);
  }

  /** Reads as long as it comes: what waits to be read when the peer closes, Chromium drops. */
  async #read({ readable, writable, protocol, extensions }: OpenedStream): Promise<void> {
    this.protocol = protocol;
    this.extensions = extensions;
    this.#writer = writable.getWriter();
    if (!this.#isClosing) {
      this.readyState = ReadyState.OPEN;
      this.#sink.open();
    }
    const reader = readable.getReader();
    for (;;) {
      this.#reading = true;
      const { value } = await reader.read();
      if (value === undefined) return;
      this.#reading = false;
      this.#input = this.#input.then(() => this.#report(value));
      if (this.#paused) await this.#input;
    }
  }

  async #report(chunk: Chunk): Promise<void> {
    await nextTask();
    while (this.#paused) await this.#paused.promise;
    if (!this.#isClosing) this.#sink.message(typeof chunk === "string" ? chunk : viewBytes(chunk));
  }

  async #write(data: Payload, bytes: number): Promise<void> {
    try {
      await this.#writer?.write(data instanceof Blob ? await this.#readBlob(data) : data);
      void this.#countLeft(bytes);
    } catch {
      // What stands behind it is refused as well, and `closed` tells why.
    }
  }

  /** Not within the task that sent it. */
  async #countLeft(bytes: number): Promise<void> {
    await nextTask();
    if (this.readyState === ReadyState.CLOSED) return;
    this.bufferedAmount -= bytes;
    this.#sink.drain?.();
  }

  #readBlob(blob: Blob): Promise<ArrayBuffer> {
    return blob.arrayBuffer().catch((cause) => {
      // What stands behind it can't be sent in order.
      this.#failure = cause;
      this.#stream.close();
      throw cause;
    });
  }
}

/** Dials by the platform's class, which checks URL and subprotocols itself. */
export function dialStream({ url, protocols }: DialRequest, sink: AdapterSink): Adapter {
  const stream = new WebSocketStream(`${url}`, { protocols: listProtocols(protocols) });
  return new StreamAdapter(stream, sink);
}
