/** Ws acceptor: hands an accepted socket to what opens sockets by a dialer. */

import type { Adapter, AdapterSink, Dialer } from "./adapter.ts";
import { type Accepted, WsAdapter } from "./ws.ts";
import type { WsOptions } from "./ws-settings.ts";

/** A dialer that has one socket, already open. */
export class WsAcceptor implements Dialer {
  readonly supported = true;
  readonly #accepted: Accepted;
  readonly url: string;
  readonly #options: WsOptions;

  constructor(accepted: Accepted, url: string, options: WsOptions) {
    this.#accepted = accepted;
    this.url = url;
    this.#options = options;
  }

  checkOptions(): void {}

  dial(_request: unknown, sink: AdapterSink): Adapter {
    return this.accept(sink);
  }

  /** The socket as an adapter. It is open; that is reported to `sink` later, before anything else. */
  accept(sink: AdapterSink): WsAdapter {
    const adapter = new WsAdapter(this.url, this.#options, sink);
    adapter.accept(this.#accepted);
    return adapter;
  }
}
