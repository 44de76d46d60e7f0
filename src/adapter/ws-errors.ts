/** Errors of `ws` and of Node beneath it, in the words of this library.
 *  Every message is one line that says who, what and why; URLs stand without user info and query. */

import { quote } from "../base/quote.ts";
import { redact } from "../base/url.ts";
import { SocketError } from "../errors.ts";

/** Client errors that a later try may not meet again (RFC 9110, section 15.5; RFC 6585). */
const RETRYABLE_4XX: ReadonlySet<number> = new Set([408, 425, 429]);

/** What is said of a message past the limit, by ws also of a frame past what a number can count. */
const TOO_BIG: ReadonlySet<string> = new Set([
  "ERR_MESSAGE_TOO_BIG",
  "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
  "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
]);

/** An answer to the handshake that is no upgrade. */
export interface Refusal {
  readonly status: number;
  readonly statusText: string;
  /** The start of the body, as text. */
  readonly body: string;
  /** The `Location` field, where there is one. */
  readonly location?: string | undefined;
}

/** The dial failed before there was an answer: no route, no listener, no trust, no sense in the answer. */
export function describeDialFailure(cause: unknown, url: string): SocketError {
  if (cause instanceof SocketError) return cause;
  const error = cause instanceof Error ? cause : new Error(`${cause}`);
  const code = codeOf(error);
  const text = textOf(error);
  const named = code === undefined || text.includes(code) ? "" : ` (${code})`;
  return new SocketError(
    "INTERNAL",
    `WebSocket ${redact(url)}: connection failed: ${text}${named}`,
    {
      code: code ?? "ERR_HANDSHAKE",
      retryable: true,
      cause,
    },
  );
}

/** The server answered the handshake with something else than 101. */
export function describeRefusal(refusal: Refusal, url: string): SocketError {
  const { status, statusText, body, location } = refusal;
  const target = location === undefined ? "" : `, redirecting to ${unquoted(redact(location))}`;
  const line = `${status} ${unquoted(statusText)}`.trim();
  return new SocketError(
    "INTERNAL",
    `WebSocket ${redact(url)}: handshake refused: ${line}${target}`,
    {
      code: "ERR_HANDSHAKE_STATUS",
      retryable: status < 400 ? false : status >= 500 || RETRYABLE_4XX.has(status),
      details: { status, statusText, body, ...(location === undefined ? {} : { location }) },
    },
  );
}

/** A 101 that is none: without `Upgrade`, or without `Connection: Upgrade`, Node takes it for an answer like any other. */
export function describeHalfUpgrade(url: string): SocketError {
  return describeDialFailure(
    new Error("the server's 101 lacks Upgrade or Connection: Upgrade"),
    url,
  );
}

/** A redirect that is not followed. */
export function describeRedirect(from: string, to: string, why: string): SocketError {
  const target = unquoted(redact(to));
  const message = `WebSocket ${redact(from)}: redirect to ${target} refused: ${why}`;
  return new SocketError("INTERNAL", message, { code: "ERR_REDIRECT" });
}

/** The peer sent something that RFC 6455 or a limit forbids. */
export function describeProtocolError(error: Error, url: string, readLimit: number): SocketError {
  const code = codeOf(error);
  if (code !== undefined && TOO_BIG.has(code)) return describeTooBig(url, readLimit, error);
  const isText = code === "ERR_INVALID_UTF8" || code === "WS_ERR_INVALID_UTF8";
  return new SocketError("INTERNAL", `WebSocket ${redact(url)}: protocol error: ${error.message}`, {
    code: isText ? "ERR_INVALID_UTF8" : "ERR_PROTOCOL",
    cause: error,
  });
}

/** A message went over `readLimit`. */
export function describeTooBig(url: string, readLimit: number, cause?: Error): SocketError {
  const message = `WebSocket ${redact(url)}: message is larger than readLimit, ${readLimit} bytes`;
  const details = { limit: readLimit };
  return new SocketError("INTERNAL", message, { code: "ERR_MESSAGE_TOO_BIG", details, cause });
}

/** More is kept waiting by the peer than it may. */
export function describeTooSlow(url: string, unsent: number, maxUnsent: number): SocketError {
  const message = `WebSocket ${redact(url)}: ${unsent} bytes are unsent, more than maxUnsent, ${maxUnsent}`;
  const details = { limit: maxUnsent };
  return new SocketError("UNAVAILABLE", message, {
    code: "ERR_TOO_SLOW",
    retryable: true,
    details,
  });
}

/** A Blob could not be read, so that what stands behind it can't be sent in order. */
export function describeUnreadable(cause: unknown, url: string): SocketError {
  const message = `WebSocket ${redact(url)}: a Blob could not be read`;
  return new SocketError("INTERNAL", message, { code: "ERR_BLOB_READ", cause });
}

/** The connection ended without a close frame. */
export function describeLoss(cause: Error | null, url: string): SocketError {
  const reason = cause ? textOf(cause) : "the peer ended it without a close frame";
  return new SocketError("INTERNAL", `WebSocket ${redact(url)}: connection lost: ${reason}`, {
    code: (cause && codeOf(cause)) ?? "ERR_CONNECTION_LOST",
    retryable: true,
    ...(cause && { cause }),
  });
}

/** What a server sent, cut and escaped. */
function unquoted(text: string): string {
  return quote(text).slice(1, -1);
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** One line; that of an AggregateError, which has none of its own, is made of what it holds. */
function textOf(error: Error): string {
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [];
  const lines = inner.map((item) => (item instanceof Error ? item.message : `${item}`));
  return (error.message || lines.join(", ") || error.name).trim().replace(/\s*\n\s*/g, " ");
}
