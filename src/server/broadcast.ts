/** Broadcast: one message to many, encoded and framed once. Nobody waits for the slowest. */

import { Frame } from "../adapter/frame-batch.ts";
import { isBufferSource, viewBytes } from "../base/bytes.ts";
import { orInvalid } from "../connection/invalid.ts";
import { toPayload } from "../connection/message.ts";
import { ReadyState } from "../constants.ts";
import { Backlog } from "./backlog.ts";
import type { Peer } from "./peer.ts";

/**
 * What happens to a message for a client that keeps more than `maxUnsent` bytes waiting: the client is closed on
 * with 1013 ("close"), or messages are dropped and counted: of those that wait for it the oldest ("drop-oldest"),
 * or the one that is just sent ("drop-newest").
 */
export type Overflow = "close" | "drop-oldest" | "drop-newest";
export const OVERFLOWS: readonly Overflow[] = ["close", "drop-oldest", "drop-newest"];

/** How it is sent. */
export interface Delivery {
  readonly overflow: Overflow;
  /** Null for a broadcast. */
  readonly topic: string | null;
  /** Bytes of output that a client may keep waiting. */
  readonly maxUnsent: number;
  handleDropped(peer: Peer, messages: number, topic: string | null): void;
  handleError(peer: Peer, error: unknown): void;
}

/**
 * What is sent for `data`, as `Connection.send` has it, framed.
 * @throws {SocketError} INVALID, `ERR_INVALID_MESSAGE`
 */
export function frame(data: unknown): Frame {
  const payload = orInvalid("WebSockets", "ERR_INVALID_MESSAGE", () => toPayload(data, undefined));
  return new Frame(isBufferSource(payload) ? viewBytes(payload) : payload);
}

/** Sends to each; one that fails does not stop the others. @returns how many it was sent to, or kept for */
export function deliver(message: Frame, peers: Iterable<Peer>, delivery: Delivery): number {
  let receivers = 0;
  for (const peer of peers) {
    try {
      if (send(message, peer, delivery)) receivers += 1;
    } catch (error) {
      delivery.handleError(peer, error);
    }
  }
  return receivers;
}

function send(message: Frame, peer: Peer, delivery: Delivery): boolean {
  const { overflow, maxUnsent } = delivery;
  const { adapter } = peer;
  if (adapter.readyState > ReadyState.OPEN) return false;
  // What is behind it may be no message, as a ping: then nothing has told that there is room.
  if (peer.backlog) catchUp(peer, maxUnsent);
  const isBehind = overflow !== "close" && (peer.backlog || adapter.waitingBytes > maxUnsent);
  if (!isBehind) {
    adapter.sendFrame(message);
    return true;
  }
  if (overflow === "drop-newest") {
    delivery.handleDropped(peer, 1, delivery.topic);
    return false;
  }
  hold(message, peer, delivery);
  return true;
}

function hold(frame: Frame, peer: Peer, { maxUnsent, topic, handleDropped }: Delivery): void {
  if (peer.backlog === null) {
    peer.backlog = new Backlog(maxUnsent);
    peer.adapter.awaitDrain();
  }
  for (const dropped of peer.backlog.push({ frame, topic })) handleDropped(peer, 1, dropped.topic);
}

/** Sends of what was held back as much as there is room for. */
export function catchUp(peer: Peer, maxUnsent: number): void {
  const { adapter, backlog } = peer;
  while (backlog && adapter.waitingBytes <= maxUnsent) {
    const held = backlog.shift();
    if (!held) {
      peer.backlog = null;
      return;
    }
    adapter.sendFrame(held.frame);
  }
}
