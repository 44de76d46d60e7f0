/** Starts this library's server; what it does with its sockets is given. */

import { WebSockets } from "onesocket/server";
import { MAX_PAYLOAD_BYTES } from "../limits.mjs";

/** Limits for one address are kept, but wide: the whole crowd has one. */
const OPTIONS = {
  readLimit: MAX_PAYLOAD_BYTES,
  maxConnectionsPerAddress: 100_000,
  upgradesPerSecond: 1_000_000,
};

/** Resolves with a server whose sockets are served as `serve` says. */
export async function startWith(serve) {
  const sockets = new WebSockets(OPTIONS);
  serve(sockets);
  const { port } = await sockets.listen(0, { host: "127.0.0.1" });
  return {
    port,
    count: () => sockets.size,
    broadcast: (data) => sockets.broadcast(data),
  };
}
