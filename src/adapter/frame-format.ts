/** Frame format: the bits of a frame's header.
 *  @see RFC 6455, section 5.2; RFC 7692, section 6 */

export const FIN = 0x80;
/** The message is compressed. */
export const RSV1 = 0x40;
/** All three reserved bits. */
export const RSV = 0x70;
export const OPCODE = 0x0f;
export const MASKED = 0x80;
export const LENGTH = 0x7f;

export const Opcode = {
  CONTINUATION: 0x0,
  TEXT: 0x1,
  BINARY: 0x2,
  CLOSE: 0x8,
  PING: 0x9,
  PONG: 0xa,
} as const;

/** The largest payload that the second byte tells by itself; that of a control frame is not larger. */
export const MAX_SHORT_BYTES = 125;
/** What stands there when two bytes tell the length, and when eight do. */
export const LENGTH_16 = 126;
export const LENGTH_64 = 127;
/** The largest payload that two bytes tell. */
export const MAX_16_BYTES = 65_535;
export const MASK_BYTES = 4;
/** The longest header there is. */
export const MAX_HEADER_BYTES = 14;
/** The most bytes of UTF-8 that one unit of a string makes. */
export const MAX_BYTES_PER_UNIT = 3;

/** The header's size in bytes, without the masking key. */
export function headerBytes(payloadBytes: number): number {
  if (payloadBytes <= MAX_SHORT_BYTES) return 2;
  return payloadBytes <= MAX_16_BYTES ? 4 : 10;
}

/** Writes a header, not masked, without a key; returns where it ends. */
export function writeHeader(
  target: Buffer,
  at: number,
  first: number,
  payloadBytes: number,
): number {
  target[at] = first;
  if (payloadBytes <= MAX_SHORT_BYTES) {
    target[at + 1] = payloadBytes;
    return at + 2;
  }
  if (payloadBytes <= MAX_16_BYTES) {
    target[at + 1] = LENGTH_16;
    target[at + 2] = payloadBytes >>> 8;
    target[at + 3] = payloadBytes;
    return at + 4;
  }
  target[at + 1] = LENGTH_64;
  target.writeUInt16BE(0, at + 2);
  target.writeUIntBE(payloadBytes, at + 4, 6);
  return at + 10;
}
