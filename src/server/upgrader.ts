/** Upgrader: takes the request of a handshake through all checks, in their order, to an open socket. */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { TakenError } from "../adapter/frame-answer.ts";
import { WsAcceptor } from "../adapter/ws-acceptor.ts";
import { Handshaker } from "../adapter/ws-handshaker.ts";
import type { Traffic, WsOptions } from "../adapter/ws-settings.ts";
import { Deferred } from "../base/deferred.ts";
import { startTimer } from "../base/timer.ts";
import { isSocketError, type SocketError } from "../errors.ts";
import type { SocketGuard } from "./guard.ts";
import { checkHandshake, listOffered } from "./handshake.ts";
import { type Refusal, toError } from "./refusal.ts";
import { readFields } from "./request-fields.ts";
import { readPlace } from "./request-url.ts";
import { mergeHeaders } from "./response-headers.ts";
import type { ResponseHeaders, UpgradeSettings } from "./upgrade-options.ts";
import { UpgradeRequest } from "./upgrade-request.ts";

/** What Node's `upgrade` event brings. */
export interface UpgradeEvent {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

const NO_PROTOCOLS: readonly string[] = Object.freeze([]);

function pickWsOptions(settings: UpgradeSettings): WsOptions {
  const { compression, compressionThreshold, compressionLevel } = settings;
  const { framing, readLimit, maxUnsent } = settings;
  return { compression, compressionThreshold, compressionLevel, framing, readLimit, maxUnsent };
}

/** Tells a refusal from what it stands in for. */
export function isRefusal(value: object): value is Refusal {
  return "status" in value && "code" in value;
}

/** Handshakes by one set of options. */
export class Upgrader {
  readonly settings: UpgradeSettings;
  readonly #handshaker: Handshaker;
  readonly #options: WsOptions;
  /** What ends each wait for `authenticate`. */
  readonly #waits = new Set<(refusal: Refusal) => void>();

  /** @param traffic where what the sockets send and receive is counted up */
  constructor(settings: UpgradeSettings, traffic?: Traffic) {
    this.settings = settings;
    this.#options = { ...pickWsOptions(settings), traffic };
    this.#handshaker = new Handshaker(this.#options);
  }

  /** Checks the request itself, in the order of the contract. */
  check(
    message: IncomingMessage,
    address = this.settings.addressOf(message),
  ): UpgradeRequest | Refusal {
    const isSecure = this.settings.isSecure(message);
    const fields = readFields(message);
    const refusal = checkHandshake(message, { origins: this.settings.origins, isSecure }, fields);
    if (refusal) return refusal;
    const facts = {
      place: readPlace(message, isSecure, fields),
      address,
      protocols: fields["sec-websocket-protocol"].length > 0 ? listOffered(message) : NO_PROTOCOLS,
    };
    return new UpgradeRequest(message, facts);
  }

  /**
   * Asks who the client is, its socket guarded meanwhile.
   * @returns why it is refused, or null
   */
  async authenticate(request: UpgradeRequest, guard: SocketGuard): Promise<Refusal | null> {
    const { authenticate, handshakeTimeoutMs } = this.settings;
    if (!authenticate) return null;
    const controller = new AbortController();
    const ended = new Deferred<Refusal>();
    const end = (refusal: Refusal): void => {
      ended.resolve(refusal);
      controller.abort(toError(refusal));
    };
    const timer = startTimer(handshakeTimeoutMs, () => end(tooLate(handshakeTimeoutMs)), null);
    this.#waits.add(end);
    try {
      if (guard.abandoned) return GONE;
      guard.signal.addEventListener("abort", () => end(GONE), { once: true });
      return await Promise.race([ask(authenticate, request, controller.signal), ended.promise]);
    } finally {
      clearTimeout(timer);
      this.#waits.delete(end);
    }
  }

  /** Refuses all whom `authenticate` has not yet answered for. */
  refuseWaiting(refusal: Refusal): void {
    for (const end of this.#waits) end(refusal);
  }

  /** Writes the answer. From then on the socket speaks WebSocket. */
  complete(
    request: UpgradeRequest,
    { socket, head }: Pick<UpgradeEvent, "socket" | "head">,
    headers?: ResponseHeaders,
  ): WsAcceptor | Refusal {
    const protocol = this.#choose(request);
    if (typeof protocol !== "string") return protocol;
    const answer = {
      protocol,
      offered: request.protocols,
      headers: headers ? mergeHeaders(this.settings.headers, headers) : this.settings.headers,
    };
    const accepted = this.#handshaker.complete({ request: request.message, socket, head }, answer);
    if (accepted === null) return GONE;
    if (accepted instanceof TakenError) return taken(accepted);
    if (accepted instanceof Error) return unreadable(accepted);
    return new WsAcceptor(accepted, request.place.href, this.#options);
  }

  #choose(request: UpgradeRequest): string | Refusal {
    if (request.protocols.length === 0) return "";
    try {
      const chosen = this.settings.choose(request.protocols, request) ?? "";
      if (chosen === "" || request.protocols.includes(chosen)) return chosen;
      // A promise, against its type: nobody else would hear of its rejection.
      Promise.resolve(chosen).catch(() => {});
      throw new TypeError(`protocols chose ${JSON.stringify(chosen)}, which was not offered`);
    } catch (cause) {
      return { ...failed("protocols", cause), code: "ERR_SUBPROTOCOL" };
    }
  }
}

const GONE: Refusal = {
  status: 408,
  code: "ERR_HANDSHAKE_ABANDONED",
  message: "upgrade: the client hung up before the answer",
};

function tooLate(timeoutMs: number): Refusal {
  const message = `upgrade: authenticate was not done after handshakeTimeout, ${timeoutMs} ms`;
  return { status: 503, code: "ERR_AUTHENTICATION_TIMEOUT", message };
}

function unreadable(cause: Error): Refusal {
  return { status: 400, code: "ERR_BAD_HANDSHAKE", message: `upgrade: ${cause.message}`, cause };
}

function taken(cause: Error): Refusal {
  const message = `upgrade: ${cause.message}; another listener of the server's upgrade event takes it, too`;
  return { status: 500, code: "ERR_SOCKET_TAKEN", message, cause, isSilent: true };
}

function failed(what: string, cause: unknown): Refusal {
  return { status: 500, code: "ERR_AUTHENTICATION", message: `upgrade: ${what} threw`, cause };
}

/** Asks `authenticate`; what it returns becomes the request's identity. */
async function ask(
  authenticate: NonNullable<UpgradeSettings["authenticate"]>,
  request: UpgradeRequest,
  signal: AbortSignal,
): Promise<Refusal | null> {
  try {
    const identity = await authenticate(request, signal);
    if (identity === 401 || identity === false || (identity ?? null) === null) return UNKNOWN;
    if (isStatus(identity)) return { ...forbidden(undefined), status: identity };
    request.identity = identity;
    return null;
  } catch (cause) {
    return isDenial(cause) ? forbidden(cause) : failed("authenticate", cause);
  }
}

function isDenial(cause: unknown): cause is SocketError {
  try {
    return isSocketError(cause, "PERMISSION_DENIED");
  } catch {
    // What can't even be looked at is none of ours.
    return false;
  }
}

/** Statuses that refuse; a number as identity would be taken for one, and is refused with it. */
function isStatus(identity: unknown): identity is number {
  return Number.isInteger(identity) && Number(identity) >= 400 && Number(identity) <= 599;
}

const UNKNOWN: Refusal = {
  status: 401,
  code: "ERR_UNAUTHORIZED",
  message: "upgrade: authenticate does not know the client",
  // A 401 must name a way to authenticate (RFC 9110, section 15.5.2).
  headers: { "WWW-Authenticate": "Bearer" },
};

function forbidden(cause: SocketError | undefined): Refusal {
  const message = "upgrade: authenticate refuses the client";
  return { status: 403, code: "ERR_FORBIDDEN", message, ...(cause && { cause }) };
}
