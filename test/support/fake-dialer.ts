/** Fake dialer: an Adapter in memory, its peer a script.
 *  Every method of the port is there, so that what stands above can be tested without a network. */

import type {
  Adapter,
  AdapterSink,
  CloseInfo,
  Dialer,
  DialRequest,
  Payload,
} from "../../src/adapter/adapter.ts";
import { payloadBytes, viewBytes } from "../../src/base/bytes.ts";
import { checkCloseArguments, checkCloseFrame } from "../../src/base/close-arguments.ts";
import { Outbox } from "../../src/base/outbox.ts";
import { SocketError } from "../../src/errors.ts";

const ABNORMAL: CloseInfo = { code: 1006, reason: "", wasClean: false };

/** The other end of a fake connection. */
export class FakePeer {
  readonly request: DialRequest;
  /** What arrived, oldest first. */
  readonly received: (string | Uint8Array)[] = [];
  /** What the adapter was asked to do beside sending, as `"close 1000 bye"`. */
  readonly calls: string[] = [];
  readonly #adapter: FakeAdapter;
  onMessage: (data: string | Uint8Array) => void = () => {};
  /** Answers no ping unless the test says so. */
  onPing: (payload: Uint8Array) => void = () => {};

  constructor(adapter: FakeAdapter, request: DialRequest) {
    this.#adapter = adapter;
    this.request = request;
  }

  accept(protocol = "", extensions = ""): void {
    this.#adapter.accept(protocol, extensions);
  }
  send(data: string | Uint8Array): void {
    this.#adapter.report((sink) => sink.message(data));
  }
  ping(): void {
    this.#adapter.report((sink) => sink.ping?.());
  }
  pong(payload: Uint8Array): void {
    this.#adapter.report((sink) => sink.pong?.(payload));
  }
  /** Starts the closing handshake; the adapter answers, and it has ended. */
  close(code = 1000, reason = ""): void {
    this.#adapter.end(null, { code, reason, wasClean: true });
  }
  /** Ends it without a close frame. */
  drop(message = "connection lost", code = "ERR_CONNECTION_LOST"): void {
    const error = new SocketError("INTERNAL", message, { code, retryable: true });
    this.#adapter.end(error, ABNORMAL);
  }
  /** Takes what was sent off the adapter's buffer, or `bytes` of it. */
  read(bytes = Number.POSITIVE_INFINITY): void {
    this.#adapter.drain(bytes);
  }
  /** Redirects the handshake: asks the guard, and ends the dial with what it throws. */
  redirect(target: string): void {
    try {
      this.request.guard?.admitUrl(new URL(target));
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      this.#adapter.end(error, ABNORMAL);
    }
  }
}

/** The adapter's side. Reports come in microtasks, never from within a call. */
export class FakeAdapter implements Adapter {
  readonly url: string;
  protocol = "";
  extensions = "";
  remoteAddress = "127.0.0.1:1";
  readonly reportsDrain = true;
  bufferedAmount = 0;
  closing = false;
  readonly peer: FakePeer;
  readonly sink: AdapterSink;
  #opened = false;
  #ended = false;
  /** Whether the end was reported: nothing comes after it. */
  #closed = false;
  /** Holds what waits behind a Blob. */
  #outbox: Outbox | null = null;
  #whenEmpty: (() => void) | null = null;
  #paused: ((sink: AdapterSink) => void)[] | null = null;

  constructor(request: DialRequest, sink: AdapterSink) {
    this.sink = sink;
    this.url = new URL(`${request.url}`).href;
    this.peer = new FakePeer(this, request);
  }

  get readyState(): number {
    if (this.closing) return 2;
    return this.#opened ? 1 : 0;
  }

  report(step: (sink: AdapterSink) => void): void {
    if (this.#paused) this.#paused.push(step);
    else queueMicrotask(() => this.#closed || step(this.sink));
  }
  accept(protocol: string, extensions: string): void {
    this.report((sink) => {
      if (this.closing) return;
      this.#opened = true;
      this.protocol = protocol;
      this.extensions = extensions;
      sink.open();
    });
  }
  end(error: SocketError | null, info: CloseInfo): void {
    if (this.#ended) return;
    this.#ended = true;
    this.report((sink) => {
      this.closing = this.#closed = true;
      if (error) sink.error(error);
      sink.close(info);
    });
  }
  drain(bytes: number): void {
    if (bytes === 0 || this.bufferedAmount === 0 || this.closing) return;
    this.bufferedAmount -= Math.min(bytes, this.bufferedAmount);
    this.report((sink) => sink.drain?.());
  }

  send(data: Payload): void {
    this.bufferedAmount += payloadBytes(data);
    if (this.closing) return;
    if (data instanceof Blob) this.#outbox ??= this.#createOutbox();
    const taken = typeof data === "string" || data instanceof Blob ? data : viewBytes(data).slice();
    if (this.#outbox) this.#outbox.push(taken);
    else if (!(taken instanceof Blob)) this.#deliver(taken);
  }
  close(code: number, reason: string): void {
    checkCloseArguments(code, reason);
    this.#startClosing(code, reason);
  }
  closeWith(code: number, reason: string): void {
    checkCloseFrame(code, reason);
    this.#startClosing(code, reason);
  }
  terminate(): void {
    this.closing = true;
    this.#paused = null;
    this.peer.calls.push("terminate");
    this.end(null, ABNORMAL);
  }
  ping(payload: Uint8Array): void {
    const copy = payload.slice();
    queueMicrotask(() => this.peer.onPing(copy));
  }
  pause(): void {
    this.peer.calls.push("pause");
    if (this.#opened && !this.closing) this.#paused ??= [];
  }
  resume(): void {
    this.peer.calls.push("resume");
    this.#readOn();
  }

  #readOn(): void {
    const waiting = this.#paused ?? [];
    this.#paused = null;
    for (const step of waiting) this.report(step);
  }
  #startClosing(code: number, reason: string): void {
    if (this.closing) return;
    this.closing = true;
    this.peer.calls.push(`close ${code} ${reason}`.trim());
    this.#readOn();
    const info = { code, reason, wasClean: true };
    // Behind what was sent, to which the peer may answer with a close of its own.
    const end = (): void => queueMicrotask(() => this.end(null, this.#opened ? info : ABNORMAL));
    if (this.#outbox) this.#whenEmpty = end;
    else end();
  }
  #deliver(data: string | Uint8Array): void {
    this.peer.received.push(data);
    queueMicrotask(() => this.peer.onMessage(data));
  }
  #createOutbox(): Outbox {
    return new Outbox({
      deliver: (data) => this.#deliver(data),
      empty: () => {
        this.#outbox = null;
        this.#whenEmpty?.();
      },
      fail: (cause) => {
        const error = new SocketError("INTERNAL", "unread", { code: "ERR_BLOB_READ", cause });
        this.end(error, ABNORMAL);
      },
    });
  }
}

/** A dialer whose peers do as `script` says. */
export interface FakeDialer extends Dialer {
  /** The adapters dialled, oldest first. */
  readonly adapters: FakeAdapter[];
  /** The peer of the newest. */
  readonly peer: FakePeer;
}

/** Makes a fake dialer; without a script its peers wait for the test to accept. */
export function createFakeDialer(script: (peer: FakePeer) => void = () => {}): FakeDialer {
  const adapters: FakeAdapter[] = [];
  return {
    adapters,
    supported: true,
    get peer(): FakePeer {
      const newest = adapters.at(-1);
      if (newest === undefined) throw new Error("nothing was dialled yet");
      return newest.peer;
    },
    checkOptions(): void {},
    dial(request: DialRequest, sink: AdapterSink): Adapter {
      const adapter = new FakeAdapter(request, sink);
      adapters.push(adapter);
      queueMicrotask(() => script(adapter.peer));
      return adapter;
    },
  };
}
