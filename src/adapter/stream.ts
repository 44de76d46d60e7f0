/** Stream: the platform's `WebSocketStream` as an Adapter, whose reading can be stopped: the peer feels it.
 *  @see https://github.com/ricea/websocketstream-explainer */

import { isBufferSource, payloadBytes, viewBytes } from "../base/bytes.ts";
import { listProtocols } from "../base/url.ts";
import {
  ABNORMAL_END,
  type Adapter,
  type AdapterSink,
  type CloseInfo,
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

const CUT_SHORT = "the peer closed it while reading was stopped: its last messages may be missing";

/** Calls `act` in a task of its own; a timeout may be held up for long where there is a scheduler. */
function runLater(act: () => void): void {
  const { scheduler }: { scheduler?: Scheduler } = globalThis;
  if (scheduler) void scheduler.postTask(act);
  else setTimeout(act);
}

/** A socket over a `WebSocketStream`. */
class StreamAdapter implements Adapter {
  readonly url: string;
  protocol = "";
  extensions = "";
  bufferedBytes = 0;
  readonly reportsDrain = true;
  /** True once asked for, or once all that came before the end has been reported. */
  closing = false;
  readonly #stream: NativeStream;
  readonly #sink: AdapterSink;
  /** There is one from `open` to the end. */
  #writer: WritableStreamDefaultWriter<Exclude<Payload, Blob>> | undefined;
  /** Settles once everything sent has left. */
  #output = Promise.resolve();
  /** Bytes that have left since they were last counted. */
  #leftBytes = 0;
  /** Settles once everything read has been reported. */
  #input = Promise.resolve();
  /** Whether a read is under way: then nothing waits to be read. */
  #reading = false;
  /** Settles at `resume`. */
  #paused: Promise<void> | undefined;
  #wake = (): void => {};
  /** Why it ended, unless cleanly. */
  #failure: object | undefined;

  constructor(stream: NativeStream, sink: AdapterSink) {
    this.#stream = stream;
    this.#sink = sink;
    this.url = stream.url;
    void this.#run();
  }

  send(data: Payload): void {
    // A copy: it may have to wait.
    const payload = isBufferSource(data) ? new Uint8Array(viewBytes(data)) : data;
    const bytes = payloadBytes(payload);
    this.bufferedBytes += bytes;
    // One after the other, so that a Blob keeps its place while it is read.
    if (!this.closing) this.#output = this.#output.then(() => this.#write(payload, bytes));
  }

  close(code: number, reason: string): void {
    const info = { closeCode: code, reason };
    // Its constructor checks as the W3C `close` does; the stream would do so too late, behind all output.
    void new WebSocketError("", info);
    if (this.closing) return;
    this.closing = true;
    // The peer's answer comes behind what has not been read.
    this.resume();
    void this.#output.then(() => this.#stream.close(info));
  }

  pause(): void {
    if (this.closing || !this.#writer) return;
    this.#paused ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  resume(): void {
    this.#paused = undefined;
    this.#wake();
  }

  async #run(): Promise<void> {
    const { opened, closed } = this.#stream;
    const end = closed.then(
      ({ closeCode: code, reason }) => {
        if (this.#paused && !this.#reading) this.#failure ??= new Error(CUT_SHORT);
        return { code, reason, wasClean: true };
      },
      (cause) => {
        this.#failure ??= cause;
        return ABNORMAL_END;
      },
    );
    // What went wrong `closed` tells.
    await opened.then((stream) => this.#open(stream)).catch(() => {});
    const info = await end;
    await this.#input;
    runLater(() => this.#handleEnd(info));
  }

  #handleEnd(info: CloseInfo): void {
    const failure = this.closing ? undefined : this.#failure;
    this.closing = true;
    this.#writer = undefined;
    if (failure) this.#sink.error(describeFailure(failure, this.url));
    this.#sink.close(failure ? ABNORMAL_END : info);
  }

  #open({ readable, writable, protocol, extensions }: OpenedStream): Promise<void> {
    this.protocol = protocol;
    this.extensions = extensions;
    this.#writer = writable.getWriter();
    if (!this.closing) this.#sink.open();
    return this.#read(readable.getReader());
  }

  /** Reads as long as it comes: what waits to be read when the peer closes, Chromium drops. */
  async #read(reader: ReadableStreamDefaultReader<Chunk>): Promise<void> {
    for (;;) {
      this.#reading = true;
      const { value } = await reader.read();
      if (value === undefined) return;
      this.#reading = false;
      this.#input = this.#input.then(() => this.#report(value));
      if (this.#paused || !this.#sink.separateTasks) await this.#input;
    }
  }

  async #report(chunk: Chunk): Promise<void> {
    if (this.#sink.separateTasks) await new Promise<void>(runLater);
    while (this.#paused) await this.#paused;
    if (!this.closing) this.#sink.message(typeof chunk === "string" ? chunk : viewBytes(chunk));
  }

  async #write(data: Payload, bytes: number): Promise<void> {
    try {
      await this.#writer?.write(data instanceof Blob ? await this.#readBlob(data) : data);
    } catch {
      return;
    }
    // Not within the task that sent it.
    if (this.#leftBytes === 0) runLater(() => this.#countLeft());
    this.#leftBytes += bytes;
  }

  #countLeft(): void {
    if (!this.#writer) return;
    this.bufferedBytes -= this.#leftBytes;
    this.#leftBytes = 0;
    this.#sink.drain();
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
