/** Strict parser: reads what our side writes, and says what of it the protocol forbids. */

import { isUtf8 } from "node:buffer";
import { applyMask, OPCODE, type Role, RSV1, shortest } from "./wire.ts";

/** A frame that was read. */
export interface SeenFrame {
  readonly fin: boolean;
  /** The reserved bits, RSV1 the highest. */
  readonly rsv: number;
  readonly opcode: number;
  readonly mask: Buffer | null;
  /** Unmasked. */
  readonly payload: Buffer;
}

const MAX_CONTROL_BYTES = 125;
const KNOWN: ReadonlySet<number> = new Set(Object.values(OPCODE));
/** Codes that may stand in a close frame, of those below 3000 (RFC 6455, section 7.4; the registry). */
const SENDABLE: ReadonlySet<number> = new Set([
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
]);

const isControl = (opcode: number): boolean => opcode >= OPCODE.CLOSE;

/** Whether a close frame may say it. */
export function isSendable(code: number): boolean {
  return SENDABLE.has(code) || (code >= 3000 && code <= 4999);
}

/** Reads frames of one side, of any chunking. */
export class StrictParser {
  readonly frames: SeenFrame[] = [];
  /** What was wrong, in the order of its appearance; nothing is read behind the first. */
  readonly violations: string[] = [];
  readonly #writer: Role;
  readonly #compresses: boolean;
  #bytes: Buffer = Buffer.alloc(0);
  /** Opcode of the message that is not complete. */
  #open: number | null = null;
  #isClosed = false;

  /** @param compresses whether permessage-deflate was agreed upon */
  constructor(writer: Role, compresses: boolean) {
    this.#writer = writer;
    this.#compresses = compresses;
  }

  push(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.violations.length === 0 && this.#readFrame());
  }

  /** Nothing more will come. */
  end(): void {
    if (this.#bytes.length > 0) this.#check(false, "ends in the middle of a frame");
  }

  #check(isRight: boolean, what: string): void {
    if (!isRight) this.violations.push(what);
  }

  /** @returns whether there was a whole one */
  #readFrame(): boolean {
    const bytes = this.#bytes;
    if (bytes.length < 2) return false;
    const [first = 0, second = 0] = bytes;
    const form = ({ 126: 16, 127: 64 } as const)[second & 0x7f] ?? 7;
    const maskAt = 2 + (form === 7 ? 0 : form / 8);
    const start = maskAt + (second & 0x80 ? 4 : 0);
    if (bytes.length < start) return false;
    const length = readLength(bytes, form);
    if (bytes.length < start + length) return false;

    this.#check(form === shortest(BigInt(length)), `length ${length} in ${form} bits`);
    const mask = second & 0x80 ? bytes.subarray(maskAt, start) : null;
    const content = bytes.subarray(start, start + length);
    this.#bytes = bytes.subarray(start + length);
    this.#take({
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode: first & 0x0f,
      mask,
      payload: Buffer.from(mask ? applyMask(content, mask) : content),
    });
    return true;
  }

  #take(frame: SeenFrame): void {
    const { opcode, mask } = frame;
    this.frames.push(frame);
    this.#check(!this.#isClosed, `opcode ${opcode} behind the close frame`);
    this.#check(KNOWN.has(opcode), `opcode ${opcode}`);
    this.#check(
      (mask !== null) === (this.#writer === "client"),
      `mask is ${mask?.toString("hex")}`,
    );
    if (isControl(opcode)) this.#checkControl(frame);
    else this.#checkData(frame);
  }

  #checkControl({ opcode, fin, rsv, payload }: SeenFrame): void {
    this.#check(fin, `opcode ${opcode} in fragments`);
    this.#check(rsv === 0, `reserved bits ${rsv} on opcode ${opcode}`);
    this.#check(payload.length <= MAX_CONTROL_BYTES, `opcode ${opcode}, ${payload.length} bytes`);
    if (opcode !== OPCODE.CLOSE) return;
    this.#isClosed = true;
    if (payload.length === 0) return;
    const code = payload.length === 1 ? 0 : payload.readUInt16BE();
    this.#check(isSendable(code), `close code ${code}`);
    this.#check(isUtf8(payload.subarray(2)), "close reason that is no UTF-8");
  }

  #checkData({ opcode, fin, rsv, payload }: SeenFrame): void {
    const isNext = opcode === OPCODE.CONTINUATION;
    const isMarked = rsv === RSV1 && this.#compresses && !isNext;
    this.#check(rsv === 0 || isMarked, `reserved bits ${rsv} on opcode ${opcode}`);
    this.#check(isNext === (this.#open !== null), `opcode ${opcode} in the wrong place`);
    const isPlainText = opcode === OPCODE.TEXT && fin && rsv === 0;
    this.#check(!isPlainText || isUtf8(payload), "text that is no UTF-8");
    this.#open = fin ? null : (this.#open ?? opcode);
  }
}

function readLength(bytes: Buffer, form: 7 | 16 | 64): number {
  if (form === 7) return (bytes[1] ?? 0) & 0x7f;
  return form === 16 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
}
