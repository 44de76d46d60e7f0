/** Wire: frames put into bytes by hand, right ones and wrong ones.
 *  @see RFC 6455, section 5.2 */

export const OPCODE = {
  CONTINUATION: 0,
  TEXT: 1,
  BINARY: 2,
  CLOSE: 8,
  PING: 9,
  PONG: 10,
} as const;

/** RSV1 among the three reserved bits: the message is compressed. */
export const RSV1 = 4;

/** Who writes: a client masks, a server does not. */
export type Role = "client" | "server";

/** A frame; what is not said is as the protocol wants it. */
export interface FrameSpec {
  readonly opcode: number;
  readonly payload?: Uint8Array;
  /** @default true */
  readonly fin?: boolean;
  /** The reserved bits, RSV1 the highest: 0..7. @default 0 */
  readonly rsv?: number;
  /** Bits of the length: the shortest form unless it is given. */
  readonly lengthBits?: 7 | 16 | 64;
  /** The length that the header says. @default that of the payload */
  readonly claimed?: bigint;
  /** The masking key; null for a frame without. @default one for a client, none for a server */
  readonly mask?: Uint8Array | null;
}

/** What a peer writes: a frame, or bytes as they are. */
export type Wire = FrameSpec | Uint8Array;

const FIN = 0x80;
const MASKED = 0x80;
const EMPTY = new Uint8Array(0);
/** The key of RFC 6455, section 5.7. */
export const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? Buffer.from(content) : content;

/** Bytes written as hexadecimal digits, spaces between them or not. */
export const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(" ", ""), "hex");

type Rest = Omit<FrameSpec, "opcode" | "payload">;
type Make = (content?: string | Uint8Array, rest?: Rest) => FrameSpec;
const maker =
  (opcode: number): Make =>
  (content = EMPTY, rest = {}) => ({ opcode, payload: bytesOf(content), ...rest });

/** A message of text, or with `fin: false` its first fragment. */
export const text = maker(OPCODE.TEXT);
/** A message of bytes, or with `fin: false` its first fragment. */
export const binary = maker(OPCODE.BINARY);
/** The last fragment, or with `fin: false` one before it. */
export const next = maker(OPCODE.CONTINUATION);
export const ping = maker(OPCODE.PING);
export const pong = maker(OPCODE.PONG);
/** A close frame by its payload. */
export const closeBytes = maker(OPCODE.CLOSE);
/** A fragment that is not the last. */
export const MORE = { fin: false } as const;

/** A close frame of this code and reason. */
export function close(code: number, reason: string | Uint8Array = "", rest: Rest = {}): FrameSpec {
  return closeBytes(Buffer.concat([Buffer.of(code >> 8, code & 0xff), bytesOf(reason)]), rest);
}

/** `frames` as `role` writes them, one after the other. */
export function encodeAll(frames: readonly Wire[], role: Role): Buffer {
  return Buffer.concat(frames.map((frame) => encode(frame, role)));
}

function encode(frame: Wire, role: Role): Uint8Array {
  if (frame instanceof Uint8Array) return frame;
  const { opcode, payload = EMPTY, fin = true, rsv = 0 } = frame;
  const mask = frame.mask === undefined && role === "client" ? KEY : (frame.mask ?? null);
  const head = encodeLength(frame.claimed ?? BigInt(payload.length), frame.lengthBits);
  head[0] = (fin ? FIN : 0) | (rsv << 4) | opcode;
  head[1] = (head[1] ?? 0) | (mask === null ? 0 : MASKED);
  return mask === null
    ? Buffer.concat([head, payload])
    : Buffer.concat([head, mask, applyMask(payload, mask)]);
}

/** The head of a frame, its first byte left out. */
function encodeLength(length: bigint, bits = shortest(length)): Buffer {
  if (bits === 7) return Buffer.of(0, Number(length));
  const head = Buffer.alloc(bits === 16 ? 4 : 10);
  head[1] = bits === 16 ? 126 : 127;
  if (bits === 16) head.writeUInt16BE(Number(length), 2);
  else head.writeBigUInt64BE(length, 2);
  return head;
}

/** The form that RFC 6455 asks for: "the minimal number of bytes MUST be used". */
export function shortest(length: bigint): 7 | 16 | 64 {
  if (length < 126n) return 7;
  return length < 65_536n ? 16 : 64;
}

/** @see RFC 6455, section 5.3 */
export function applyMask(payload: Uint8Array, mask: Uint8Array): Uint8Array {
  return payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
}
