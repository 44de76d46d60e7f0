/** Upgrade request: the request of a handshake, as handlers and hooks see it. */

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Place } from "./request-url.ts";
import type { RouteParams } from "./routes.ts";

/** What is known of a request, beside itself. */
export interface RequestFacts {
  readonly place: Place;
  readonly address: string;
  readonly protocols: readonly string[];
}

/** Of any type: there are none in it. */
const NO_PARAMS = Object.freeze(Object.create(null));

/** The request of a handshake. `Params` is what its route's path has. */
export class UpgradeRequest<Params = RouteParams> {
  /** Node's request itself. Its socket belongs to the WebSocket now. */
  readonly message: IncomingMessage;
  /** The IP address of the client: of the peer, or what a trusted proxy says (`trustProxy`). */
  readonly address: string;
  /** What the parameters of the route's path took, decoded. */
  params: Params = NO_PARAMS;
  /** The subprotocols that the client offers, in its order. */
  readonly protocols: readonly string[];
  /** What `authenticate` returned; undefined without it. */
  identity: unknown = undefined;
  readonly #place: Place;
  #url: URL | null = null;

  /** @internal */
  constructor(message: IncomingMessage, facts: RequestFacts) {
    this.message = message;
    this.#place = facts.place;
    this.address = facts.address;
    this.protocols = facts.protocols;
  }

  /** The absolute `ws:` or `wss:` URL that the client asked for, by its `Host` field. */
  get url(): URL {
    this.#url ??= new URL(this.#place.href);
    return this.#url;
  }
  /** The same as text, and its path. @internal */
  get place(): Place {
    return this.#place;
  }
  /** The header fields, names in lower case. */
  get headers(): IncomingHttpHeaders {
    return this.message.headers;
  }
  /** Where the page was loaded from that asks, as `"https://example.com"`; undefined from no browser. */
  get origin(): string | undefined {
    return this.message.headers.origin;
  }
}
