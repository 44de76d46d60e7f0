/** Handlers: runs what the user gave for a connection's life, and lets nothing that it throws get out. */

import { CloseCode } from "../constants.ts";
import { isSocketError } from "../errors.ts";
import type { WebSocket } from "../websocket.ts";
import { publishError } from "./diagnostics.ts";
import type { ServerConnection } from "./server-connection.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";
import type { ErrorHandler } from "./websockets-options.ts";

/**
 * What a route does with a connection. When it returns, the connection is closed with 1000; when it throws, with
 * 1011, and `onError` is told.
 */
export type Handler = (connection: ServerConnection, request: UpgradeRequest) => unknown;

/** Runs code of the user. Nothing of it is awaited by who calls, and nothing it throws reaches them. */
export class Handlers {
  readonly #onError: ErrorHandler;
  readonly #running = new Set<Promise<void>>();

  constructor(onError: ErrorHandler) {
    this.#onError = onError;
  }

  /** Runs a handler for its connection's life. */
  run(handler: Handler, connection: ServerConnection, request: UpgradeRequest): void {
    const running = this.#serve(handler, connection, request);
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  /** Runs a hook; what it throws, now or later, is reported. */
  hook(act: () => unknown, socket: WebSocket): void {
    void (async () => {
      try {
        await act();
      } catch (error) {
        this.report(error, socket);
      }
    })();
  }

  /** Resolves once all that runs now has returned. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Tells the user, who may throw as well. */
  report(error: unknown, who: ServerConnection | WebSocket | null): void {
    publishError(error, who && "socket" in who ? who.socket : who);
    void (async () => {
      try {
        await this.#onError(error, who);
      } catch (second) {
        console.error("onesocket: onError failed:", second, "while it was told of:", error);
      }
    })();
  }

  async #serve(
    handler: Handler,
    connection: ServerConnection,
    request: UpgradeRequest,
  ): Promise<void> {
    try {
      await handler(connection, request);
      end(connection, CloseCode.NORMAL);
    } catch (error) {
      end(connection, CloseCode.INTERNAL_ERROR);
      if (!isEnd(error, connection)) this.report(error, connection);
    }
  }
}

/** Starts to close; that has failed where it has ended already. */
function end(connection: ServerConnection, code: CloseCode): void {
  connection.close(code).catch(() => {});
}

/** A handler that lets the connection's own end pass has not failed. */
function isEnd(error: unknown, connection: ServerConnection): boolean {
  return isSocketError(error) && (error === connection.error || error.code === "ERR_NOT_OPEN");
}
