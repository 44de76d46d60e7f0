/** Invalid: what a step throws, as the error of a call that was wrong. */

import { SocketError } from "../errors.ts";

/**
 * Gives what `step` does.
 * @throws {SocketError} INVALID, with `code`, for whatever it throws but a `SocketError`
 */
export function orInvalid<T>(actor: string, code: string, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    if (cause instanceof SocketError) throw cause;
    throw new SocketError("INVALID", `${actor}: ${cause}`, { code, cause });
  }
}
