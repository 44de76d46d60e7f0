/** Dispatch: turns what happened to a socket into calls of its listeners, on both faces.
 *  Event objects are made only for those kinds of event that somebody of the W3C face listens to. */

import { createCloseEvent, createErrorEvent, createMessageEvent, Emitter, report } from "#events";
import type { CloseInfo } from "./adapter/adapter.ts";
import { toArrayBuffer } from "./base/bytes.ts";
import { ByteBuffer, repoint } from "./buffer.ts";
import type { SocketError } from "./errors.ts";
import type { Call, CallStore } from "./events/call.ts";
import type {
  EventName,
  SocketCloseEvent,
  SocketErrorEvent,
  SocketMessageEvent,
} from "./events/event-types.ts";

export type BinaryType = "blob" | "arraybuffer";
export const BINARY_TYPES: readonly BinaryType[] = ["blob", "arraybuffer"];

/** What `addListener` hands to a handler as `data`, by event. */
export interface ListenerData {
  open: null;
  /** A string; or the bytes, in the listener's own buffer that the next message reuses. */
  message: string | ByteBuffer;
  close: CloseInfo;
  error: null;
}

/** The events of the W3C face. */
export interface WebSocketEventMap {
  open: Event;
  message: SocketMessageEvent;
  close: SocketCloseEvent;
  error: SocketErrorEvent;
}

// A method's parameter, unlike a function's, also takes a handler of the platform's own event type.
export type EventHandler<E> = { handle(event: E): unknown }["handle"] | null;

/** A listener of the W3C face, also one that takes the platform's own event type. */
export type EventListenerOf<T, E> = { handle(this: T, event: E): unknown }["handle"] | null;

/** An `on…` attribute: its value, registered as one listener for as long as it is set. */
interface Attribute extends EventListenerObject {
  value: object;
}

function callAttribute(this: Attribute, event: Event): void {
  // An object that can't be called is kept and does nothing (HTML, section 8.1.8.1).
  if (typeof this.value === "function") this.value.call(event.currentTarget, event);
}

/** A handler as `addListener` takes it, whatever its parameters are. */
export type Handler = (event: never, data: never, passedArg: never) => void;

/** One registration of `addListener`. */
class Registration implements Call {
  readonly event: EventName;
  readonly handler: Handler;
  readonly #passedArg: unknown;
  /** Its own, re-pointed at each binary message; made at the first. */
  #buffer: ByteBuffer | null = null;

  constructor(event: EventName, handler: Handler, passedArg: unknown) {
    this.event = event;
    this.handler = handler;
    this.#passedArg = passedArg;
  }

  run(data: unknown): void {
    try {
      const shown = data instanceof Uint8Array ? this.#view(data) : data;
      // Apart, so that the handler does not get this object as `this`.
      const { handler } = this;
      handler(this.event as never, shown as never, this.#passedArg as never);
    } catch (error) {
      report(error);
    }
  }

  #view(bytes: Uint8Array): ByteBuffer {
    this.#buffer ??= new ByteBuffer(0);
    repoint(this.#buffer, bytes);
    return this.#buffer;
  }
}

/** What events are dispatched to. */
interface Target extends EventTarget {
  readonly url: string;
}

/** The listeners of one socket. */
export class Dispatch {
  binaryType: BinaryType = "arraybuffer";
  readonly #target: Target;
  #emitter: CallStore | null = null;
  #attributes: Map<EventName, Attribute> | null = null;
  /** The kinds of event that have had a W3C listener. */
  #watched: Set<string> | null = null;
  #origin = "";

  constructor(target: Target) {
    this.#target = target;
  }

  listen(event: EventName, handler: Handler, passedArg: unknown): void {
    this.#emitter ??= new Emitter();
    this.#emitter.add(new Registration(event, handler, passedArg));
  }

  /** Removes one registration of `handler`, and `handler` as a listener of the W3C face. */
  unlisten(event: EventName, handler: EventListener): void {
    this.#emitter?.remove(event, handler);
    // Asked for only where there is such a listener: in Node it would cost what LazyEventTarget saves.
    if (this.#watched?.has(event)) this.#target.removeEventListener(event, handler);
  }

  /** From now on events of this kind are made: somebody of the W3C face listens. */
  watch(type: string): void {
    this.#watched ??= new Set();
    this.#watched.add(type);
  }

  attribute(type: EventName): object | null {
    return this.#attributes?.get(type)?.value ?? null;
  }

  /** Sets an `on…` attribute. It keeps its place among the listeners until it is set to null. */
  setAttribute(type: EventName, value: unknown): void {
    this.#attributes ??= new Map();
    let attribute = this.#attributes.get(type);
    // Anything but an object, functions among them, stands for null (Web IDL, section 3.2.16).
    if (Object(value) !== value) {
      this.#attributes.delete(type);
      if (attribute) this.#target.removeEventListener(type, attribute);
    } else if (attribute) {
      attribute.value = value as object;
    } else {
      attribute = { value: value as object, handleEvent: callAttribute };
      this.#attributes.set(type, attribute);
      this.#target.addEventListener(type, attribute);
    }
  }

  open(): void {
    this.#emit("open", null, () => new Event("open"));
  }

  message(data: string | Uint8Array): void {
    const isBlob = this.binaryType === "blob" && typeof data !== "string";
    const value = isBlob ? new Blob([toArrayBuffer(data)]) : data;
    this.#emitter?.emit("message", value);
    // Written out, unlike the others: it is the way of every message.
    if (this.#watched?.has("message")) {
      this.#origin ||= new URL(this.#target.url).origin;
      const body = value instanceof Uint8Array ? toArrayBuffer(value) : value;
      this.#target.dispatchEvent(createMessageEvent({ data: body, origin: this.#origin }));
    }
  }

  error(error: SocketError): void {
    this.#emit("error", null, () => createErrorEvent(error));
  }

  close(info: CloseInfo): void {
    this.#emit("close", info, () => createCloseEvent(info));
  }

  #emit(type: EventName, data: unknown, createEvent: () => Event): void {
    this.#emitter?.emit(type, data);
    if (this.#watched?.has(type)) this.#target.dispatchEvent(createEvent());
  }
}
