/** Refusal: why a handshake is refused, as the caller's error and as the peer's answer.
 *  The peer is told the status alone; what is behind it is for the caller. */

import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { quote } from "../base/quote.ts";
import { startTimer } from "../base/timer.ts";
import { type ErrorKind, SocketError } from "../errors.ts";

/** How long a peer may take to read its answer, in ms. */
const ANSWER_TIMEOUT_MS = 1_000;

/** Why a handshake is refused. */
export interface Refusal {
  /** 400 to 599. */
  readonly status: number;
  /** `ERR_…`; also the key in `stats().refused`. */
  readonly code: string;
  /** For the caller's error: names actor, value and limit. The peer does not get it. */
  readonly message: string;
  /** Fields of the answer beside its own, as `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
  /** The socket is somebody else's: the peer gets no answer. */
  readonly isSilent?: boolean;
}

/** What is answered: a refusal, or any other status with what belongs to it. */
export type Answer = Partial<Omit<Refusal, "status">> & { readonly status: number };

const KINDS: Readonly<Record<number, ErrorKind>> = {
  400: "INVALID",
  401: "PERMISSION_DENIED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  405: "INVALID",
  408: "INVALID",
  426: "INVALID",
  429: "RATE_LIMITED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

/** Those that only `authenticate` chooses are like the first of their hundred that is known. */
function kindOf(status: number): ErrorKind {
  return KINDS[status] ?? (status < 500 ? "PERMISSION_DENIED" : "UNAVAILABLE");
}

/** The refusal as the error that its caller gets; `retryable` for 429 and 503, `details.status`. */
export function toError(refusal: Refusal): SocketError {
  const { status, code, message } = refusal;
  return new SocketError(kindOf(status), message, {
    code,
    retryable: status === 429 || status === 503,
    details: { status },
    ...("cause" in refusal && { cause: refusal.cause }),
  });
}

/** What a client sent, as an error may show it: nothing before the last "@", which may be a password. */
export function quoteSafely(text: string): string {
  return quote(text.replace(/^.*@/s, "…@"));
}

/**
 * Writes the answer and ends the connection: destroyed as soon as the answer is with the system, or after 1 s.
 *
 * It never throws, and takes the socket's errors: nobody else may listen to them any more. A socket that is
 * destroyed or ended is left alone. Header fields are written as they are: check them first.
 *
 * @param body default: the reason phrase of the status, which tells nothing
 */
export function answer(socket: Duplex, { status, headers, isSilent }: Answer, body?: string): void {
  if (isSilent || socket.destroyed || socket.writableEnded) return;
  const timer = startTimer(ANSWER_TIMEOUT_MS, destroy, socket);
  socket.on("error", () => {});
  socket.once("close", () => clearTimeout(timer));
  socket.once("finish", () => socket.destroy());
  // What the peer has already sent is read: bytes left unread would make a reset of the end.
  socket.resume();
  const reason = STATUS_CODES[status] ?? "Refused";
  const text = body ?? reason;
  const lines = writeFields(headers, Buffer.byteLength(text));
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n${text}`);
}

/** The caller's fields in front of ours, but those that say where the answer ends. */
function writeFields(headers: Refusal["headers"] = {}, contentLength: number): string {
  const fields = new Map<string, string>();
  const set = (name: string, value: string): void => {
    fields.set(name.toLowerCase(), `${name}: ${value}\r\n`);
  };
  set("Content-Type", "text/plain; charset=utf-8");
  for (const [name, value] of Object.entries(headers)) set(name, value);
  // Who sends Upgrade has to name it there (RFC 9110, section 7.8).
  set("Connection", fields.has("upgrade") ? "close, Upgrade" : "close");
  set("Content-Length", `${contentLength}`);
  return [...fields.values()].join("");
}

function destroy(socket: Duplex): void {
  socket.destroy();
}
