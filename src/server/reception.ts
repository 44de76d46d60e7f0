/** Reception: takes the requests of handshakes from the door to a socket in the registry, or refuses them. */

import type { WsAcceptor } from "../adapter/ws-acceptor.ts";
import { PlatformSession } from "../connection/session.node.ts";
import { makeWebSocket, type WebSocket } from "../websocket.ts";
import { publishOpen, publishRefused, publishUpgrade } from "./diagnostics.ts";
import { guardSocket } from "./guard.ts";
import { type Handler, Handlers } from "./handlers.ts";
import type { Hub } from "./hub.ts";
import { Peer } from "./peer.ts";
import { answer, type Refusal } from "./refusal.ts";
import { Routes } from "./routes.ts";
import { ServerConnection } from "./server-connection.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";
import { isRefusal, type UpgradeEvent, Upgrader } from "./upgrader.ts";

/** Told of each socket once it is in the registry, before any message. */
export type UpgradeHook = (socket: WebSocket, request: UpgradeRequest) => unknown;

/** A request that has been admitted. */
interface Guest {
  readonly event: UpgradeEvent;
  readonly address: string;
}

/** What it came for. */
interface Visit {
  readonly request: UpgradeRequest;
  readonly handler: Handler | null;
}

export class Reception {
  readonly routes = new Routes<Handler>();
  readonly handlers: Handlers;
  onUpgrade: UpgradeHook | null = null;
  readonly #hub: Hub;
  readonly #upgrader: Upgrader;
  /** What all are refused with; null while the server is open. */
  #closed: Refusal | null = null;

  constructor(hub: Hub) {
    this.#hub = hub;
    this.handlers = new Handlers(hub.settings.onError);
    this.#upgrader = new Upgrader(hub.settings.upgrade, hub.stats.traffic);
  }

  get isClosed(): boolean {
    return this.#closed !== null;
  }

  /** From now on all are refused with 503, those too who wait for `authenticate`. */
  close(reconnectAfterMs: number): void {
    const isKnown = Number.isFinite(reconnectAfterMs);
    const headers = isKnown ? { "Retry-After": `${Math.ceil(reconnectAfterMs / 1000)}` } : {};
    const message = "WebSockets: the server is shutting down";
    this.#closed = { status: 503, code: "ERR_SHUTTING_DOWN", message, headers };
    this.#upgrader.refuseWaiting(this.#closed);
  }

  /** Whether a path has a handler, or needs none. */
  takes(pathname: string): boolean {
    return this.#takesAll || this.routes.find(pathname) !== null;
  }

  /** Takes a request. Never throws. */
  receive(event: UpgradeEvent): void {
    const address = this.#hub.settings.upgrade.addressOf(event.message);
    const refusal = this.#closed ?? this.#hub.limits.admit(address, performance.now());
    if (refusal) this.#refuse({ event, address }, refusal);
    else this.#check({ event, address });
  }

  /** Refuses a request that no door takes. */
  refuseUnknown(event: UpgradeEvent): void {
    const address = this.#hub.settings.upgrade.addressOf(event.message);
    this.#refuse({ event, address }, NO_ROUTE);
  }

  /** Without any handler, or with a hook, sockets are taken as they are. */
  get #takesAll(): boolean {
    return this.onUpgrade !== null || this.routes.size === 0;
  }

  #check(guest: Guest): void {
    const request = this.#upgrader.check(guest.event.message, guest.address);
    if (isRefusal(request)) this.#release(guest, request);
    else this.#lead(guest, request);
  }

  #lead(guest: Guest, request: UpgradeRequest): void {
    const route = this.routes.find(request.place.pathname);
    const handler = route?.handler ?? null;
    if (route) request.params = route.params;
    if (!route && !this.#takesAll) this.#release(guest, NO_ROUTE);
    else if (this.#hub.settings.upgrade.authenticate) void this.#ask(guest, request, handler);
    else this.#accept(guest, request, handler);
  }

  async #ask(guest: Guest, request: UpgradeRequest, handler: Handler | null): Promise<void> {
    const { socket, message, head } = guest.event;
    const guard = guardSocket(socket, head);
    const refusal = await this.#upgrader.authenticate(request, guard);
    const event = { message, socket, head: guard.release() };
    const refused = refusal ?? this.#closed;
    if (refused) {
      this.#release(guest, refused);
      return;
    }
    this.#accept({ ...guest, event }, request, handler);
    socket.resume();
  }

  #accept(guest: Guest, request: UpgradeRequest, handler: Handler | null): void {
    const acceptor = this.#upgrader.complete(request, guest.event);
    if (isRefusal(acceptor)) this.#release(guest, acceptor);
    else this.#welcome(acceptor, guest, { request, handler });
  }

  #welcome(acceptor: WsAcceptor, { event, address }: Guest, { request, handler }: Visit): void {
    const hub = this.#hub;
    hub.stats.countAccepted();
    const peer = new Peer(hub, address);
    const dialer = peer.over(acceptor);
    const connection = handler && this.#connect(peer, dialer, request);
    peer.socket = connection?.socket ?? makeWebSocket(dialer).open(acceptor.url);
    hub.add(peer);
    publishUpgrade(event.message, address, peer.socket.protocol);
    publishOpen(peer.socket, event.message, address);
    const hook = this.onUpgrade;
    if (hook) this.handlers.hook(() => hook(peer.socket, request), peer.socket);
    if (handler && connection) this.handlers.run(handler, connection, request);
  }

  #connect(
    peer: Peer,
    dialer: ReturnType<Peer["over"]>,
    request: UpgradeRequest,
  ): ServerConnection {
    const dial = { url: request.place.href, protocols: [], options: {} };
    const session = new PlatformSession(dial, this.#hub.settings.session, dialer);
    return new ServerConnection(session, peer, this.#hub.registry);
  }

  /** Refuses one that was admitted. */
  #release(guest: Guest, refusal: Refusal): void {
    this.#hub.limits.release(guest.address);
    // What the user's code threw, or what is wrong with the program.
    if (refusal.status === 500 && "cause" in refusal) this.handlers.report(refusal.cause, null);
    this.#refuse(guest, refusal);
  }

  #refuse({ event, address }: Guest, refusal: Refusal): void {
    this.#hub.stats.countRefused(refusal.code);
    publishRefused(event.message, address, refusal);
    answer(event.socket, refusal);
  }
}

const NO_ROUTE: Refusal = {
  status: 404,
  code: "ERR_NO_ROUTE",
  message: "WebSockets: no route has this path",
};
