/** Starts this library's server; what it does with its sockets is given. */

import { MAX_PAYLOAD_BYTES } from "../../limits.mjs";
import { importBuilt } from "../dist.mjs";

const { WebSockets } = await importBuilt("server.js");
const { Compression } = await importBuilt("index.js");

/** Limits for one address are kept, but wide: the whole crowd has one. */
const OPTIONS = {
  readLimit: MAX_PAYLOAD_BYTES,
  maxConnectionsPerAddress: 100_000,
  upgradesPerSecond: 1_000_000,
};

/** Resolves with a server whose sockets are served as `serve` says. */
export async function startWith(kind, serve) {
  const compression = kind === "compressing" ? Compression.NO_CONTEXT : Compression.DISABLED;
  const sockets = new WebSockets({ ...OPTIONS, compression });
  serve(sockets);
  const { port } = await sockets.listen(0, { host: "127.0.0.1" });
  return {
    port,
    count: () => sockets.size,
    broadcast: (data) => sockets.broadcast(data),
  };
}
