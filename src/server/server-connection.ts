/** Server connection: a client's connection, as a handler gets it: `Connection`, and its topics. */

import { Connection } from "../connection/connection.ts";
import type { Bytes, MessageData } from "../connection/message.ts";
import type { Session } from "../connection/session.ts";
import type { MessageType } from "../constants.ts";
import type { Peer } from "./peer.ts";
import type { Registry } from "./registry.ts";

type WaitArgument = Parameters<Connection["receive"]>[0];
type CloseArguments = Parameters<Connection["close"]>;

/** That a client has gone must not end the process where nobody awaits what says so. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/**
 * A connection whose other end is a client. It leaves its topics when it closes.
 *
 * Its promises reject as those of a client's do; but such a rejection that nobody awaits is no unhandled one.
 */
export class ServerConnection extends Connection {
  readonly #peer: Peer;
  readonly #registry: Registry;

  /** @internal */
  constructor(session: Session, peer: Peer, registry: Registry) {
    super(session);
    this.#peer = peer;
    this.#registry = registry;
  }

  /** Its name in `WebSockets`, unique in the process. */
  get id(): string {
    return this.socket.id;
  }
  /** The topics that it has joined. */
  get topics(): readonly string[] {
    return [...(this.#peer.topics ?? [])];
  }

  override send(data: unknown, type?: MessageType): Promise<void> {
    return quiet(super.send(data, type));
  }
  override sendBytes(data: Bytes): Promise<void> {
    return quiet(super.sendBytes(data));
  }
  override receive(options?: WaitArgument): Promise<MessageData | null> {
    return quiet(super.receive(options));
  }
  override ping(options?: WaitArgument): Promise<number> {
    return quiet(super.ping(options));
  }
  override close(...args: CloseArguments): ReturnType<Connection["close"]> {
    return quiet(super.close(...args));
  }

  /** Joins a topic; once joined, or closed, it does nothing. */
  join(topic: string): this {
    this.#registry.join(this.#peer, topic);
    return this;
  }

  /** Leaves a topic, where it has joined it. */
  leave(topic: string): this {
    this.#registry.leave(this.#peer, topic);
    return this;
  }
}
