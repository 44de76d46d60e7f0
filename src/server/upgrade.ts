/** Upgrade: one handshake by hand, on Node's `upgrade` event. */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { startTimer, type Timer } from "../base/timer.ts";
import { invalidOption, SocketError } from "../errors.ts";
import { makeWebSocket, type WebSocket } from "../websocket.ts";
import { guardSocket, type SocketGuard } from "./guard.ts";
import { checkOptions, isBoolean } from "./option-checks.ts";
import { answer, type Refusal, toError } from "./refusal.ts";
import { checkResponseHeaders } from "./response-headers.ts";
import {
  type ResponseHeaders,
  readUpgradeOptions,
  UPGRADE_CHECKS,
  type UpgradeOptions,
} from "./upgrade-options.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";
import { isRefusal, Upgrader } from "./upgrader.ts";

const CHECKS = { ...UPGRADE_CHECKS, commit: isBoolean };
/** Options are read once; whoever hands over the same object for each request pays for them once. */
const upgraders = new WeakMap<object, Upgrader>();
const DEFAULTS: UpgradeOptions = {};

function upgraderOf(options: UpgradeOptions): Upgrader {
  let upgrader = upgraders.get(options);
  if (!upgrader) {
    checkOptions("upgrade", options, CHECKS);
    upgrader = new Upgrader(readUpgradeOptions(options));
    upgraders.set(options, upgrader);
  }
  return upgrader;
}

/** What a handshake consists of that was admitted. */
interface Admitted {
  readonly upgrader: Upgrader;
  readonly request: UpgradeRequest;
  readonly socket: Duplex;
  readonly guard: SocketGuard;
  readonly timeLeftMs: number;
}

/**
 * A handshake that has passed all checks and waits for its answer. Nothing has been written; the client is
 * watched, and what it sends early is kept. Without an answer after `handshakeTimeout` it is refused with 503.
 */
export class PendingUpgrade {
  readonly request: UpgradeRequest;
  readonly #upgrader: Upgrader;
  readonly #socket: Duplex;
  readonly #guard: SocketGuard;
  readonly #timer: Timer;
  #isAnswered = false;

  /** @internal */
  constructor({ upgrader, request, socket, guard, timeLeftMs }: Admitted) {
    this.#upgrader = upgrader;
    this.request = request;
    this.#socket = socket;
    this.#guard = guard;
    this.#timer = startTimer(timeLeftMs, PendingUpgrade.#endLate, this);
  }

  static #endLate(pending: PendingUpgrade): void {
    pending.reject(503);
  }

  /** Aborted when the client hangs up. */
  get signal(): AbortSignal {
    return this.#guard.signal;
  }

  /**
   * Answers with 101, and gives the open socket. Its `open` event comes in a task of its own, before any message.
   *
   * @param headers further header fields of the answer
   * @throws {SocketError} INVALID for a header field that may not be sent; INTERNAL, `ERR_NOT_OPEN`, when it was
   *   answered before; INVALID, `ERR_HANDSHAKE_ABANDONED`, when the client has hung up
   */
  commit(headers: ResponseHeaders = {}): WebSocket {
    checkResponseHeaders(headers, "headers");
    const head = this.#take();
    const socket = this.#socket;
    const acceptor = this.#upgrader.complete(this.request, { socket, head }, headers);
    if (!isRefusal(acceptor)) {
      socket.resume();
      return makeWebSocket(acceptor).open(acceptor.url);
    }
    answer(socket, acceptor);
    throw toError(acceptor);
  }

  /**
   * Refuses with an HTTP status.
   *
   * @param status 400 to 599
   * @param body short text; the status' own phrase without it
   * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, for another status
   */
  reject(status = 403, body?: string): void {
    const isError = Number.isInteger(status) && status >= 400 && status <= 599;
    if (!isError) throw invalidOption("status", status, "400..599", "upgrade");
    if (body !== undefined && typeof body !== "string") {
      throw invalidOption("body", typeof body, "a string", "upgrade");
    }
    if (this.#isAnswered) return;
    this.#take();
    answer(this.#socket, { status }, body);
  }

  #take(): Buffer {
    if (this.#isAnswered) {
      throw new SocketError("INTERNAL", "upgrade: this handshake has been answered", {
        code: "ERR_NOT_OPEN",
      });
    }
    this.#isAnswered = true;
    clearTimeout(this.#timer);
    return this.#guard.release();
  }
}

/**
 * Makes a WebSocket of a handshake's request, on Node's `upgrade` event. Its checks come in this order: HTTP 1.1
 * or later, GET, the header fields of a handshake, version 13, the origin, then `authenticate`.
 *
 * Resolves with the open socket; its `open` event comes in a task of its own, before any message. With
 * `commit: false` nothing is written, and it resolves with what awaits the answer.
 *
 * @throws {SocketError} (rejects) when the request was refused: it has been answered with `details.status` then.
 *   INVALID, `ERR_INVALID_OPTION`, for wrong options: it has been answered with 500
 * @see RFC 6455, section 4.2
 */
export function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: UpgradeOptions & { readonly commit: false },
): Promise<PendingUpgrade>;
export function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options?: UpgradeOptions & { readonly commit?: true | undefined },
): Promise<WebSocket>;
export function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: UpgradeOptions & { readonly commit?: boolean | undefined },
): Promise<WebSocket | PendingUpgrade>;
export async function upgrade(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: UpgradeOptions & { readonly commit?: boolean | undefined } = DEFAULTS,
): Promise<WebSocket | PendingUpgrade> {
  const upgrader = readOptions(options, socket);
  const request = upgrader.check(message);
  if (isRefusal(request)) throw refuse(socket, request);
  const startedAt = performance.now();
  const guard = guardSocket(socket, head);
  const refusal = await upgrader.authenticate(request, guard);
  if (refusal) {
    guard.release();
    throw refuse(socket, refusal);
  }
  // What `authenticate` has taken of the time is gone; at least 1 ms, since 0 would be no limit.
  const { handshakeTimeoutMs: limitMs } = upgrader.settings;
  const timeLeftMs = limitMs && Math.max(limitMs - (performance.now() - startedAt), 1);
  const pending = new PendingUpgrade({ upgrader, request, socket, guard, timeLeftMs });
  return options.commit === false ? pending : pending.commit();
}

/** Where they are wrong the peer is told, too: nobody else will. */
function readOptions(options: UpgradeOptions, socket: Duplex): Upgrader {
  try {
    return upgraderOf(options);
  } catch (error) {
    answer(socket, { status: 500 });
    throw error;
  }
}

function refuse(socket: Duplex, refusal: Refusal): SocketError {
  answer(socket, refusal);
  return toError(refusal);
}
