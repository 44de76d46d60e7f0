/** Bytes: views of what callers hand over, and the size of text on the wire.
 *  It copies only where it says so. */

/** Tells whether `value` is a `BufferSource`: an `ArrayBuffer` or a view of one. */
export function isBufferSource(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/**
 * Views a `BufferSource` as bytes, without a copy.
 *
 * @throws {TypeError} when the memory is shared: another thread could change it while it is sent
 */
export function viewBytes(source: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> {
  const isView = ArrayBuffer.isView(source);
  const buffer = isView ? source.buffer : source;
  if (!(buffer instanceof ArrayBuffer))
    throw new TypeError("WebSocket: shared memory can't be sent");
  return isView
    ? new Uint8Array(buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(buffer);
}

/** The bytes as an `ArrayBuffer` of just their length: their own where they fill it, else a copy. */
export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
    ? buffer
    : new Uint8Array(bytes).buffer;
}

/** The size of `text` in bytes of UTF-8, an unpaired surrogate counting as U+FFFD. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
