/** Dispatch: turns what happened to a socket into calls of its listeners, on both faces.
 *  Event objects are made only for those kinds of event that somebody of the W3C face listens to. */

import type { CloseInfo } from "./adapter/adapter.ts";
import { toArrayBuffer } from "./base/bytes.ts";
import { ByteBuffer, repoint } from "./buffer.ts";
import type { SocketError } from "./errors.ts";
import { Emitter, type Handler } from "./events/emitter.ts";
import {
  createCloseEvent,
  createErrorEvent,
  createMessageEvent,
  type SocketCloseEvent,
  type SocketErrorEvent,
  type SocketMessageEvent,
} from "./events/events.ts";

/** The kinds of event of a socket. */
export const EVENT_NAMES = ["open", "message", "close", "error"] as const;
export type EventName = (typeof EVENT_NAMES)[number];
export type BinaryType = "blob" | "arraybuffer";

/** What `addListener` hands to a handler as `data`, by event. */
export interface ListenerData {
  open: null;
  /** A string; or the bytes, in the listener's own buffer that the next message reuses, or in a Blob. */
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

/** @throws {TypeError} when `name` is no kind of event of a socket */
export function checkEventName(name: EventName): EventName {
  if (EVENT_NAMES.includes(name)) return name;
  throw new TypeError(`WebSocket: event "${name}" is not one of ${EVENT_NAMES.join(", ")}`);
}

export function isBinaryType(value: unknown): value is BinaryType {
  return value === "blob" || value === "arraybuffer";
}

/** An `on…` attribute: its value, registered as one listener for as long as it is set. */
class Attribute implements EventListenerObject {
  value: object;

  constructor(value: object) {
    this.value = value;
  }
  handleEvent(event: Event): void {
    // An object that can't be called is kept and does nothing (HTML, section 8.1.8.1).
    if (typeof this.value === "function") this.value.call(event.currentTarget, event);
  }
}

/** The listener's buffer at the bytes of this message: one buffer a listener, nothing copied. */
function viewInBuffer(bytes: Uint8Array, last: unknown): ByteBuffer {
  const buffer = last instanceof ByteBuffer ? last : new ByteBuffer(0);
  repoint(buffer, bytes);
  return buffer;
}

/** The listeners of one socket. */
export class Dispatch {
  binaryType: BinaryType = "arraybuffer";
  readonly #target: EventTarget & { readonly url: string };
  #emitter: Emitter | null = null;
  #attributes: Map<EventName, Attribute> | null = null;
  /** The kinds of event that have had a W3C listener. */
  #watched: Set<string> | null = null;
  #origin = "";

  constructor(target: EventTarget & { readonly url: string }) {
    this.#target = target;
  }

  listen(event: EventName, handler: Handler, passedArg: unknown): void {
    this.#emitter ??= new Emitter();
    this.#emitter.listen(event, handler, passedArg, viewInBuffer);
  }

  unlisten(event: EventName, handler: unknown): void {
    this.#emitter?.unlisten(event, handler);
  }

  /** From now on events of this kind are made: somebody of the W3C face listens. */
  watch(type: string): void {
    this.#watched ??= new Set();
    this.#watched.add(type);
  }

  watches(type: string): boolean {
    return this.#watched?.has(type) ?? false;
  }

  attribute(type: EventName): object | null {
    return this.#attributes?.get(type)?.value ?? null;
  }

  /** Sets an `on…` attribute. It keeps its place among the listeners until it is set to null. */
  setAttribute(type: EventName, value: unknown): void {
    this.#attributes ??= new Map();
    const known = this.#attributes.get(type);
    if ((typeof value !== "object" && typeof value !== "function") || value === null) {
      if (known) this.#target.removeEventListener(type, known);
      this.#attributes.delete(type);
    } else if (known) {
      known.value = value;
    } else {
      const attribute = new Attribute(value);
      this.#attributes.set(type, attribute);
      this.#target.addEventListener(type, attribute);
    }
  }

  open(): void {
    this.#emitter?.emit("open", null);
    if (this.watches("open")) this.#target.dispatchEvent(new Event("open"));
  }

  message(data: string | Uint8Array): void {
    const isBlob = this.binaryType === "blob" && typeof data !== "string";
    const value = isBlob ? new Blob([toArrayBuffer(data)]) : data;
    this.#emitter?.emit("message", value);
    if (this.watches("message")) {
      this.#origin ||= new URL(this.#target.url).origin;
      const body = value instanceof Uint8Array ? toArrayBuffer(value) : value;
      this.#target.dispatchEvent(createMessageEvent(body, this.#origin));
    }
  }

  error(error: SocketError): void {
    this.#emitter?.emit("error", null);
    if (this.watches("error")) this.#target.dispatchEvent(createErrorEvent(error));
  }

  close(info: CloseInfo): void {
    this.#emitter?.emit("close", info);
    if (this.watches("close")) this.#target.dispatchEvent(createCloseEvent(info));
  }
}
