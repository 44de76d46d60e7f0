/** Frame header: what is wrong with the two bytes that every frame begins with.
 *  @see RFC 6455, sections 5.2 to 5.5; RFC 7692, section 6 */

import { breach, type FrameError } from "./frame-error.ts";
import { FIN, LENGTH, MASKED, MAX_SHORT_BYTES, OPCODE, Opcode, RSV, RSV1 } from "./frame-format.ts";

/** What a header is judged by. */
interface HeaderContext {
  /** Whether the frame is for a server: those of a client are masked, those of a server must not be. */
  readonly isServer: boolean;
  /** Whether messages may be compressed. */
  readonly deflates: boolean;
  /** Whether a message is under way. */
  readonly isContinued: boolean;
}

/** What is wrong, or null. */
export function findProblem(
  first: number,
  second: number,
  context: HeaderContext,
): FrameError | null {
  const opcode = first & OPCODE;
  return (
    findReserved(first & RSV, opcode, context) ??
    findMasking((second & MASKED) !== 0, context) ??
    (opcode < Opcode.CLOSE ? findData(opcode, context) : findControl(first, second & LENGTH))
  );
}

function findReserved(rsv: number, opcode: number, { deflates }: HeaderContext): FrameError | null {
  const begins = opcode === Opcode.TEXT || opcode === Opcode.BINARY;
  if (rsv === 0 || (rsv === RSV1 && deflates && begins)) return null;
  return breach(`the reserved bits of a frame are ${rsv >> 4}`);
}

function findMasking(isMasked: boolean, { isServer }: HeaderContext): FrameError | null {
  if (isMasked === isServer) return null;
  return breach(isServer ? "a client's frame is not masked" : "a server's frame is masked");
}

function findData(opcode: number, { isContinued }: HeaderContext): FrameError | null {
  if (opcode > Opcode.BINARY) return breach(`there is no opcode ${opcode}`);
  if ((opcode === Opcode.CONTINUATION) === isContinued) return null;
  return breach(isContinued ? "a message begins within another" : "a frame continues no message");
}

function findControl(first: number, length: number): FrameError | null {
  const opcode = first & OPCODE;
  if (opcode > Opcode.PONG) return breach(`there is no opcode ${opcode}`);
  if ((first & FIN) === 0) return breach("a control frame is a fragment");
  if (length > MAX_SHORT_BYTES) {
    return breach(`a control frame has more than ${MAX_SHORT_BYTES} bytes`);
  }
  return opcode === Opcode.CLOSE && length === 1 ? breach("a close code has one byte") : null;
}
