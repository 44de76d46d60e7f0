/** Frame error: what a peer did that RFC 6455 or a limit forbids. */

import { CloseCode } from "../constants.ts";

/** A violation; the connection is closed with `closeCode` (RFC 6455, section 7.1.7). */
export class FrameError extends Error {
  readonly code: string;
  readonly closeCode: number;

  constructor(message: string, code: string, closeCode: number) {
    super(message);
    this.name = "FrameError";
    this.code = code;
    this.closeCode = closeCode;
  }
}

/** The peer does not keep to the protocol. */
export function breach(message: string): FrameError {
  return new FrameError(message, "ERR_PROTOCOL", CloseCode.PROTOCOL_ERROR);
}

/** A text, or a close reason, is no UTF-8. */
export function invalidUtf8(what: string): FrameError {
  return new FrameError(`${what} is no UTF-8`, "ERR_INVALID_UTF8", CloseCode.INVALID_PAYLOAD);
}

/** A message is larger than it may be. */
export function tooBig(bytes: number, limit: number): FrameError {
  const message = `a message has ${bytes} bytes or more, at most ${limit}`;
  return new FrameError(message, "ERR_MESSAGE_TOO_BIG", CloseCode.MESSAGE_TOO_BIG);
}

/** A message comes in more pieces than it may. */
export function tooMany(limit: number): FrameError {
  const message = `a message has more than ${limit} fragments`;
  return new FrameError(message, "ERR_PROTOCOL", CloseCode.POLICY_VIOLATION);
}
