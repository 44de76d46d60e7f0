/** Handlers: runs what the user gave for a connection's life, and lets nothing that it throws get out. */

import { CloseCode, ReadyState } from "../constants.ts";
import { isSocketError } from "../errors.ts";
import type { WebSocket } from "../websocket.ts";
import { publishError } from "./diagnostics.ts";
import type { RouteParams } from "./routes.ts";
import type { ServerConnection } from "./server-connection.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";
import type { ErrorHandler } from "./websockets-options.ts";

/**
 * What a route does with a connection. When it returns, the connection is closed with 1000; when it throws, with
 * 1011, and `onError` is told.
 */
export type Handler<Params = RouteParams> = (
  connection: ServerConnection,
  request: UpgradeRequest<Params>,
) => unknown;

/** What waits for a connection, and what uses it, throws where it has ended cleanly. */
const ENDS: readonly string[] = ["ERR_CLOSED", "ERR_NOT_OPEN"];

/** Runs code of the user. Nothing of it is awaited by who calls, and nothing it throws reaches them. */
export class Handlers {
  readonly #onError: ErrorHandler;
  #running = 0;
  #whenIdle: (() => void)[] = [];

  constructor(onError: ErrorHandler) {
    this.#onError = onError;
  }

  /** Runs a handler for its connection's life. */
  run(handler: Handler, connection: ServerConnection, request: UpgradeRequest): void {
    this.#running += 1;
    void this.#finish(start(handler, connection, request), connection);
  }

  /** Runs a hook; what it throws, now or later, is reported. */
  hook(act: () => unknown, socket: WebSocket): void {
    try {
      const result = act();
      if (Object(result) !== result) return;
      Promise.resolve(result).catch((error) => this.report(error, socket));
    } catch (error) {
      this.report(error, socket);
    }
  }

  /** Resolves once all that runs now has returned. */
  async settled(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  /** Tells the user, who may throw as well. */
  report(error: unknown, who: ServerConnection | WebSocket | null): void {
    publishError(error, who && "socket" in who ? who.socket : who);
    void (async () => {
      try {
        await this.#onError(error, who);
      } catch (second) {
        log("onesocket: onError failed:", second, "while it was told of:", error);
      }
    })();
  }

  async #finish(running: Promise<unknown>, connection: ServerConnection): Promise<void> {
    try {
      await running;
      end(connection, CloseCode.NORMAL);
    } catch (error) {
      const isOwnEnd = isEnd(error, connection);
      end(connection, CloseCode.INTERNAL_ERROR);
      if (!isOwnEnd) this.report(error, connection);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    }
  }
}

/** Starts a handler. Apart from what waits for it, which would hold the request for as long as it runs. */
function start(
  handler: Handler,
  connection: ServerConnection,
  request: UpgradeRequest,
): Promise<unknown> {
  try {
    return Promise.resolve(handler(connection, request));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Starts to close; that has failed where it has ended already. */
function end(connection: ServerConnection, code: CloseCode): void {
  connection.close(code).catch(() => {});
}

/** A handler that lets the connection's own end pass has not failed; another connection's is an error. */
function isEnd(error: unknown, connection: ServerConnection): boolean {
  if (connection.socket.readyState === ReadyState.OPEN) return false;
  try {
    return isSocketError(error) && (error === connection.error || ENDS.includes(error.code));
  } catch {
    // What can't even be looked at is none of ours.
    return false;
  }
}

/** Tells the console; of what it can't show, that there was something. */
function log(...values: unknown[]): void {
  try {
    console.error(...values);
  } catch {
    console.error("onesocket: onError failed, with an error that can't be shown");
  }
}
