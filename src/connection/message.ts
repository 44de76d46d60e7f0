/** Message: what a connection sends and receives, told apart by its type. */

import { encodeUtf8, isBufferSource } from "../base/bytes.ts";
import { ByteBuffer } from "../buffer.ts";
import { MessageType } from "../constants.ts";

/** A message as a channel delivers it. */
export type Message =
  | { readonly type: "text"; readonly data: string }
  | { readonly type: "binary"; readonly data: Uint8Array };

/** The data of a message: text as a string, bytes as a `Uint8Array` of their own. */
export type MessageData = Message["data"];

/** What can be sent as bytes. */
export type Bytes = ArrayBuffer | ArrayBufferView | ByteBuffer | readonly number[];

/** What is sent: text, or bytes. */
export type SentData = string | ArrayBuffer | ArrayBufferView;

/** Tells whether a message is text. */
export function isText(message: unknown): message is string {
  return typeof message === "string";
}

/** Tells whether a message is bytes. */
export function isBinary(message: unknown): message is Uint8Array {
  return message instanceof Uint8Array;
}

/** Something can't be sent. */
function describeRefusal(value: unknown, wanted: string): TypeError {
  // What was to be sent may be a secret: only what kind of thing it is gets shown.
  return new TypeError(`${Object.prototype.toString.call(value)} is not ${wanted}`);
}

/** @throws {TypeError} for what is not bytes */
export function toBytes(data: unknown): ArrayBuffer | ArrayBufferView {
  if (data instanceof ByteBuffer) return data.bytes;
  if (isBufferSource(data)) return data;
  if (Array.isArray(data)) {
    // Only an integer 0..255 stays what it is as a byte.
    const bytes = Uint8Array.from(data);
    if (bytes.every((byte, index) => byte === data[index])) return bytes;
  }
  throw describeRefusal(data, "bytes, or an array of integers 0..255");
}

function toJson(data: unknown): string {
  const prototype = Object(data) === data ? Object.getPrototypeOf(data) : undefined;
  // Of another realm, an object's prototype is not ours; but it has none of its own, either.
  const isPlain = prototype === null || (prototype && Object.getPrototypeOf(prototype) === null);
  // What has a `toJSON` may come to nothing.
  const text = isPlain || Array.isArray(data) ? JSON.stringify(data) : undefined;
  if (isText(text)) return text;
  throw describeRefusal(data, "text, bytes, or a plain object or array with JSON");
}

/**
 * What is sent for `data`: a string, or bytes, as it is; a plain object or an array as JSON text. `type`
 * makes text of bytes, or bytes of text.
 *
 * @throws for what can't be sent, or converted
 */
export function toPayload(data: unknown, type: MessageType | undefined): SentData {
  if (![undefined, MessageType.TEXT, MessageType.BINARY].includes(type)) {
    throw describeRefusal(type, "a MessageType, 1 or 2");
  }
  if (data instanceof ByteBuffer || isBufferSource(data)) {
    const bytes = toBytes(data);
    if (type !== MessageType.TEXT) return bytes;
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  }
  const text = isText(data) ? data : toJson(data);
  return type === MessageType.BINARY ? encodeUtf8(text) : text;
}
