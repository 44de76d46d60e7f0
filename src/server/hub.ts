/** Hub: what the sockets of one server have in common: registry, counts, limits, and who is told of errors. */

import type { CloseInfo } from "../adapter/adapter.ts";
import type { Frame } from "../adapter/frame-batch.ts";
import type { SocketError } from "../errors.ts";
import type { WebSocket } from "../websocket.ts";
import { AddressLimits } from "./address-limits.ts";
import { catchUp, type Delivery, deliver, type Overflow } from "./broadcast.ts";
import { publishClose, publishDropped, publishError } from "./diagnostics.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Peer, PeerOwner, RateLimits } from "./peer.ts";
import { Registry } from "./registry.ts";
import { Stats } from "./stats.ts";
import type { WebSocketsSettings } from "./websockets-options.ts";

/** To whom, beside all, and how. */
export interface Sending {
  readonly overflow: Overflow;
  /** Null for a broadcast. */
  readonly topic: string | null;
}

export class Hub implements PeerOwner {
  readonly settings: WebSocketsSettings;
  readonly registry = new Registry();
  readonly stats = new Stats();
  readonly limits: AddressLimits;
  readonly #heartbeat: Heartbeat;
  /** Told when the last one has gone. */
  onEmpty: (() => void) | null = null;

  constructor(settings: WebSocketsSettings) {
    this.settings = settings;
    this.limits = new AddressLimits(settings);
    this.#heartbeat = new Heartbeat(settings, this.registry);
  }

  get rates(): RateLimits {
    return this.settings;
  }
  /** Bytes sent and not yet handed to the network, of all together. */
  get unsentBytes(): number {
    let bytes = 0;
    for (const { adapter } of this.registry) bytes += adapter.unsentBytes;
    return bytes;
  }

  add(peer: Peer): void {
    this.registry.add(peer);
    this.#heartbeat.start();
  }

  peerOf(socket: WebSocket): Peer | undefined {
    const peer = this.registry.get(socket.id);
    return peer?.socket === socket ? peer : undefined;
  }

  deliver(message: Frame, peers: Iterable<Peer>, { overflow, topic }: Sending): number {
    const delivery: Delivery = {
      overflow,
      topic,
      maxUnsent: this.settings.upgrade.maxUnsent,
      handleDropped: (peer, messages, of) => this.#drop(peer, messages, of),
      handleError: (peer, error) => publishError(error, peer.socket),
    };
    return deliver(message, peers, delivery);
  }

  handleError(peer: Peer, error: SocketError): void {
    publishError(error, peer.socket);
  }

  handleDrain(peer: Peer): void {
    catchUp(peer, this.settings.upgrade.maxUnsent);
  }

  handleEnd(peer: Peer, info: CloseInfo): void {
    if (!this.registry.remove(peer)) return;
    for (let held = peer.backlog?.shift(); held; held = peer.backlog?.shift()) {
      this.#drop(peer, 1, held.topic);
    }
    this.limits.release(peer.address);
    this.stats.countClosed(info.code);
    publishClose(peer.socket, info);
    if (this.registry.size > 0) return;
    this.#heartbeat.stop();
    this.onEmpty?.();
  }

  #drop(peer: Peer, messages: number, topic: string | null): void {
    this.stats.countDropped(messages);
    publishDropped(peer.socket, messages, topic);
  }
}
