/** Ends: how a dial or a connection ends that ran out of time, or whose signal was aborted.
 *  They read alike on every platform. */

import { redact } from "../base/url.ts";
import { SocketError } from "../errors.ts";

/** The handshake took too long. */
export function describeTimeout(url: string, timeoutMs: number): SocketError {
  const message = `WebSocket ${redact(url)}: not open after dialTimeout, ${timeoutMs} ms`;
  return new SocketError("TIMEOUT", message, {
    code: "ERR_DIAL_TIMEOUT",
    retryable: true,
    details: { timeoutMs },
  });
}

/** The caller's signal was aborted. */
export function describeAbort(url: string, cause: unknown): SocketError {
  const message = `WebSocket ${redact(url)}: aborted by its signal`;
  return new SocketError("CANCELED", message, { code: "ERR_ABORTED", cause });
}
