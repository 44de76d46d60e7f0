/** Server: crossws' adapter for Node, which has a `ws` of its own inside. */

import { createServer } from "node:http";
import crossws from "crossws/adapters/node";
import { wsOptions } from "../clients/ws-options.mjs";

const TOPIC = "all";

/**
 * Resolves with a server; its peers have one hook for messages, and a topic in common.
 *
 * @param kind "idle", "echo", or "compressing"
 */
export async function start(kind) {
  let count = 0;
  const adapter = crossws({
    serverOptions: wsOptions(kind === "compressing" ? "alone" : undefined),
    hooks: {
      open(peer) {
        count += 1;
        peer.subscribe(TOPIC);
      },
      close() {
        count -= 1;
      },
      message(peer, message) {
        if (kind === "echo") peer.send(message.text());
      },
    },
  });
  const http = createServer();
  http.on("upgrade", (request, socket, head) => adapter.handleUpgrade(request, socket, head));
  await new Promise((resolve) =>
    http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, resolve),
  );
  return {
    port: http.address().port,
    count: () => count,
    broadcast: (data) => adapter.publish(TOPIC, data),
  };
}
