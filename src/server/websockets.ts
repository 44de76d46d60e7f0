/** WebSockets: the sockets of a server: where they come from, who is here, and how they go. */

import type { AddressInfo } from "node:net";
import { type Duration, parseDuration } from "../base/duration.ts";
import { startTimer } from "../base/timer.ts";
import { CLOSE_TIMEOUT_MS, CloseCode } from "../constants.ts";
import { invalidOption, SocketError } from "../errors.ts";
import type { WebSocket } from "../websocket.ts";
import { type HttpServer, openDoor } from "./attach.ts";
import { frame } from "./broadcast.ts";
import type { Handler } from "./handlers.ts";
import { Hub } from "./hub.ts";
import { checkOptions, isDuration, isText } from "./option-checks.ts";
import {
  closeServer,
  createOwnServer,
  LISTEN_CHECKS,
  type ListenOptions,
  listen,
} from "./own-server.ts";
import type { Peer } from "./peer.ts";
import { Reception, type UpgradeHook } from "./reception.ts";
import type { ParamsOf } from "./routes.ts";
import type { SocketStats } from "./stats.ts";
import { Topic } from "./topic.ts";
import { readWebSocketsOptions, type WebSocketsOptions } from "./websockets-options.ts";

const ATTACH_CHECKS = { path: isText };
const SHUTDOWN_CHECKS = { timeout: isDuration, reconnectAfter: isDuration };
const SHUTDOWN_REASON = "Server shutting down...";
/** When clients are told to come back, in ms, unless it is said. */
const DEFAULT_RECONNECT_AFTER_MS = 5_000;

/** How a server shuts down. */
export interface ShutdownOptions {
  /** Longest wait for clients and handlers; then the connections are dropped. @default "5s" */
  readonly timeout?: Duration | undefined;
  /** When those who come meanwhile shall come again, in `Retry-After`; `Infinity` says nothing. @default "5s" */
  readonly reconnectAfter?: Duration | undefined;
}

/**
 * The sockets of a server. With `route` each connection has a handler that pulls messages; with `onUpgrade` each
 * socket comes as it is, with its events. Nobody is served before `attach` or `listen`.
 *
 * Iterating gives the open sockets, in the order in which they came.
 */
export class WebSockets implements Iterable<WebSocket> {
  readonly #hub: Hub;
  readonly #reception: Reception;
  readonly #own = new Set<HttpServer>();
  #shutdown: Promise<void> | null = null;

  /** @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, that names every wrong option */
  constructor(options: WebSocketsOptions = {}) {
    this.#hub = new Hub(readWebSocketsOptions(options));
    this.#reception = new Reception(this.#hub);
  }

  /** How many are open. */
  get size(): number {
    return this.#hub.registry.size;
  }
  /**
   * Called with each socket, once it is here and before any message. Without a route for its path a socket is
   * taken only where this is set, or there are no routes at all.
   */
  get onUpgrade(): UpgradeHook | null {
    return this.#reception.onUpgrade;
  }
  set onUpgrade(hook: UpgradeHook | null) {
    this.#reception.onUpgrade = hook;
  }

  /**
   * Serves the upgrade requests of an HTTP server; all its other requests stay its own. Several may share a
   * server, each with its paths; what nobody serves is refused with 404.
   *
   * @param options `path`: serve that path alone, written as for `route`
   * @throws {SocketError} INVALID for a wrong path; INTERNAL, `ERR_NOT_OPEN`, after `shutdown`
   */
  attach(server: HttpServer, options: { readonly path?: string | undefined } = {}): this {
    this.#requireOpen("attach");
    checkOptions("WebSockets.attach", options, ATTACH_CHECKS);
    if (
      typeof Object(server).on !== "function" ||
      typeof Object(server).listenerCount !== "function"
    ) {
      const wanted = "a server of node:http or node:https; of Express what app.listen returns";
      throw invalidOption("server", typeof server, wanted, "WebSockets.attach");
    }
    openDoor(server, this.#reception, options.path);
    return this;
  }

  /**
   * Starts a server of its own, for nothing but WebSockets; `shutdown` ends it.
   *
   * @param port 0 for any that is free
   * @returns where it listens
   * @throws {SocketError} (rejects) INVALID for what is no port; INTERNAL with the system's code, as
   *   `EADDRINUSE`; INTERNAL, `ERR_NOT_OPEN`, after `shutdown`
   */
  async listen(port = 0, options: ListenOptions = {}): Promise<AddressInfo> {
    this.#requireOpen("listen");
    if (!isPort(port)) {
      const shown = typeof port === "string" ? JSON.stringify(port) : port;
      throw invalidOption("port", shown, "an integer, 0..65535", "WebSockets.listen");
    }
    checkOptions("WebSockets.listen", options, LISTEN_CHECKS);
    const { upgrade, maxConnections } = this.#hub.settings;
    const { handshakeTimeoutMs } = upgrade;
    const server = createOwnServer(options, { handshakeTimeoutMs, maxConnections });
    this.attach(server, { path: options.path });
    const address = await listen(server, port, options.host);
    // As of a connection that could not be accepted: unheard, it would end the process.
    server.on("error", (error) => this.#reception.handlers.report(error, null));
    this.#own.add(server);
    if (!this.#reception.isClosed) return address;
    await closeServer(server);
    throw this.#describeClosed("listen");
  }

  /**
   * Has `handler` serve the connections for `path`. Registered again, the new one takes its place.
   *
   * @param path exact, as "/chat"; or with parameters, as "/chat/:room"
   * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, for what is no path
   */
  route<Path extends string>(path: Path, handler: Handler<ParamsOf<Path>>): this;
  route(path: string, handler: Handler): this {
    if (typeof handler !== "function") {
      throw invalidOption("handler", typeof handler, "a function", "WebSockets.route");
    }
    this.#reception.routes.set(path, handler);
    return this;
  }

  /**
   * The socket of that id.
   *
   * @param isRequired whether it must be there; with false the result is undefined where it is not
   * @throws {SocketError} NOT_FOUND, `ERR_NO_SOCKET`
   */
  get(id: string, isRequired?: true): WebSocket;
  get(id: string, isRequired: boolean): WebSocket | undefined;
  get(id: string, isRequired = true): WebSocket | undefined {
    const socket = this.#hub.registry.get(id)?.socket;
    if (socket || !isRequired) return socket;
    const message = `WebSockets.get: no socket has the id ${JSON.stringify(`${id}`.slice(0, 100))}`;
    throw new SocketError("NOT_FOUND", message, { code: "ERR_NO_SOCKET" });
  }

  /**
   * Sends to all, or to those of `ids` who are here, what `Connection.send` would send. It is framed once, and
   * leaves with all else that is broadcast in the same turn; nobody waits for the slowest: a client with more than
   * `maxUnsent` bytes unsent is closed on with 1013.
   *
   * @returns how many it was sent to
   * @throws {SocketError} INVALID, `ERR_INVALID_MESSAGE`, for what can't be sent
   */
  broadcast(data: unknown, ids?: Iterable<string>): number {
    const peers = ids === undefined ? this.#hub.registry : this.#peersOf(ids);
    return this.#hub.deliver(frame(data), peers, { overflow: "close", topic: null });
  }

  /** A topic: who has joined it, and how to send to them. */
  to(topic: string): Topic {
    return new Topic(topic, this.#hub);
  }

  /** What has been done so far, in numbers. */
  stats(): SocketStats {
    return this.#hub.stats.snapshot(this.#hub.unsentBytes);
  }

  /**
   * Stops: who comes is refused with 503 and `Retry-After`, all are closed on with 1001. Resolves when all have
   * gone and all handlers have returned; after `timeout` the connections that are left are dropped, and handlers
   * no longer waited for. A second call gives the same promise.
   *
   * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, for what is no duration
   */
  shutdown(options: ShutdownOptions = {}): Promise<void> {
    checkOptions("WebSockets.shutdown", options, SHUTDOWN_CHECKS);
    this.#shutdown ??= this.#stop(
      parseDuration(options.timeout ?? CLOSE_TIMEOUT_MS),
      parseDuration(options.reconnectAfter ?? DEFAULT_RECONNECT_AFTER_MS),
    );
    return this.#shutdown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  *[Symbol.iterator](): Iterator<WebSocket> {
    for (const peer of this.#hub.registry) yield peer.socket;
  }

  async #stop(timeoutMs: number, reconnectAfterMs: number): Promise<void> {
    this.#reception.close(reconnectAfterMs);
    for (const peer of this.#hub.registry) {
      peer.adapter.closeWith(CloseCode.GOING_AWAY, SHUTDOWN_REASON);
    }
    const gone = this.#gone();
    await Promise.race([
      Promise.all([gone, this.#reception.handlers.settled()]),
      new Promise((resolve) => startTimer(timeoutMs, resolve, undefined)),
    ]);
    for (const { adapter } of this.#hub.registry) adapter.terminate();
    await gone;
    await Promise.all([...this.#own].map(closeServer));
  }

  #gone(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#hub.onEmpty = resolve;
    });
  }

  *#peersOf(ids: Iterable<string>): Iterable<Peer> {
    for (const id of new Set(ids)) {
      const peer = this.#hub.registry.get(id);
      if (peer) yield peer;
    }
  }

  #requireOpen(method: string): void {
    if (this.#reception.isClosed) throw this.#describeClosed(method);
  }

  #describeClosed(method: string): SocketError {
    const message = `WebSockets.${method}: it has been shut down`;
    return new SocketError("INTERNAL", message, { code: "ERR_NOT_OPEN" });
  }
}

function isPort(port: unknown): boolean {
  return Number.isInteger(port) && Number(port) >= 0 && Number(port) <= 65_535;
}
