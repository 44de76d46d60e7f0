/** Errors: the one error class of the library, what kind each is and whether trying again can help.
 *
 *  SocketError
 *  ├─ INVALID            an argument or option is wrong, or cannot be honoured here; on a server: no handshake
 *  ├─ TIMEOUT            the handshake, a message, a pong or a silence took too long
 *  ├─ CANCELED           the caller's signal, or its own `close()`, ended the attempt
 *  ├─ PERMISSION_DENIED  a policy refused; on a server: the origin, or `authenticate`
 *  ├─ NOT_FOUND          on a server: no such route, no such socket
 *  ├─ UNAVAILABLE        on a server: full, shutting down; a client too slow
 *  ├─ RATE_LIMITED       on a server: a client too fast
 *  └─ INTERNAL           the handshake was refused or failed, the peer broke the protocol, the link died
 *
 *  `docs/errors.md` lists every code. Arguments of the W3C methods throw `DOMException`s instead. */

/** What kind of failure it is: the one thing that a caller branches on. */
export type ErrorKind =
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "INVALID"
  | "PERMISSION_DENIED"
  | "UNAVAILABLE"
  | "INTERNAL"
  | "CANCELED"
  | "CONFLICT"
  | "TIMEOUT"
  | "RATE_LIMITED"
  | "UNKNOWN";

/** What `SocketError` carries beside its message. */
export interface SocketErrorOptions {
  /** A stable code: `ERR_…` of this library (see `docs/errors.md`) or the system's, as `ECONNREFUSED`. */
  readonly code: string;
  /** Whether the same call may succeed later. @default false */
  readonly retryable?: boolean;
  /** Facts for programs: `status`, `body`, `option`, `limit` … */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The error underneath, where there is one. */
  readonly cause?: unknown;
}

/**
 * The error that every failing call, `error` event and rejected promise of this library carries.
 *
 * Its message names the actor, the value and the limit; a URL in it is shown without user info and query.
 */
export class SocketError extends Error {
  declare readonly kind: ErrorKind;
  declare readonly retryable: boolean;
  declare readonly code: string;
  declare readonly details: Readonly<Record<string, unknown>>;

  constructor(kind: ErrorKind, message: string, options: SocketErrorOptions) {
    super(message, options);
    Object.assign(this, { kind, retryable: false, details: {} }, options);
  }

  static {
    // On the prototype, as the platform's own error classes have it.
    this.prototype.name = "SocketError";
  }
}

/**
 * Tells whether `value` is a `SocketError`, of the given kind where one is given.
 *
 * It knows errors from another copy of the library (ESM beside CJS, another realm) by their name.
 */
export function isSocketError(value: unknown, kind?: ErrorKind): value is SocketError {
  const { name, kind: own } = Object(value);
  return name === "SocketError" && own !== undefined && (kind ?? own) === own;
}

/** An option is wrong: names who refuses it, the option, its value and what it must be. */
export function invalidOption(
  option: string,
  value: unknown,
  wanted: string,
  actor = "WebSocket",
): SocketError {
  return new SocketError("INVALID", `${actor}: ${option} is ${String(value)}, must be ${wanted}`, {
    code: "ERR_INVALID_OPTION",
    details: { option },
  });
}
