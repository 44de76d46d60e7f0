/** Server connection: a client's connection, as a handler gets it: `Connection`, and its topics. */

import { Connection } from "../connection/connection.ts";
import type { Session } from "../connection/session.ts";
import type { Peer } from "./peer.ts";
import type { Registry } from "./registry.ts";

/** A connection whose other end is a client. It leaves its topics when it closes. */
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
