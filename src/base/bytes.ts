/** Bytes: views of what callers hand over, and the size of a payload on the wire.
 *  It copies only where it says so. */

/** Tells whether `value` is a `BufferSource`: an `ArrayBuffer` or a view of one. */
export function isBufferSource(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/** Views a `BufferSource` as bytes, without a copy. */
export function viewBytes(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

/** The bytes as an `ArrayBuffer` of just their length: their own where they fill it, else a copy. */
export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes;
  // Empty ones may share theirs.
  return buffer instanceof ArrayBuffer && bytes.length > 0 && buffer.byteLength === bytes.length
    ? buffer
    : new Uint8Array(bytes).buffer;
}

/** Text as UTF-8, an unpaired surrogate as U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The size of a message in bytes of payload. */
export function payloadBytes(payload: string | ArrayBuffer | ArrayBufferView | Blob): number {
  if (typeof payload === "string") return encodeUtf8(payload).length;
  return payload instanceof Blob ? payload.size : payload.byteLength;
}
