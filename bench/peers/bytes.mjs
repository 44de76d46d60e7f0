/** Bytes of frames, for the runs without a library: made once, counted by their size (RFC 6455,
 *  section 5.2). */

const SLAB_BYTES = 256 * 1024;

function header(opcode, length) {
  if (length < 126) return Buffer.of(0x80 | opcode, length);
  if (length < 65_536) return Buffer.of(0x80 | opcode, 126, length >> 8, length & 255);
  const bytes = Buffer.alloc(10);
  bytes[0] = 0x80 | opcode;
  bytes[1] = 127;
  bytes.writeUInt32BE(length, 6);
  return bytes;
}

/** A server's frame. */
export function serverFrame(opcode, payload) {
  return Buffer.concat([header(opcode, payload.length), payload]);
}

/** A client's frame, masked with zeros. */
export function clientFrame(opcode, payload) {
  const start = header(opcode, payload.length);
  start[1] |= 0x80;
  return Buffer.concat([start, Buffer.alloc(4), payload]);
}

/** As many of one frame as are written at once. */
export function frameSlab(frame) {
  const count = Math.ceil(SLAB_BYTES / frame.length);
  return { frame, count, bytes: Buffer.concat(Array(count).fill(frame)) };
}

/** Writes so many of the slab's frames. */
export function repeat(slab, times, write) {
  for (let left = times; left > 0; left -= slab.count) {
    const frames = Math.min(left, slab.count);
    write(frames === slab.count ? slab.bytes : slab.bytes.subarray(0, frames * slab.frame.length));
  }
}

/** Counts frames that are all as long as the first one. */
export class FrameCounter {
  /** Of each frame, once the first one has begun. */
  payloadBytes = 0;
  #frameBytes = 0;
  #bytes = 0;

  /** The first frame's header must come in one piece. @returns how many have become whole */
  count(chunk) {
    if (this.#frameBytes === 0) {
      this.payloadBytes = payloadSize(chunk);
      this.#frameBytes = frameSize(chunk);
    }
    this.#bytes += chunk.length;
    const frames = Math.floor(this.#bytes / this.#frameBytes);
    this.#bytes -= frames * this.#frameBytes;
    return frames;
  }
}

function payloadSize(bytes) {
  const length = bytes[1] & 0x7f;
  if (length < 126) return length;
  return length === 126 ? bytes.readUInt16BE(2) : bytes.readUInt32BE(6);
}

function frameSize(bytes) {
  const payload = payloadSize(bytes);
  return header(0, payload).length + (bytes[1] & 0x80 ? 4 : 0) + payload;
}
