/** The process of a peer: that of a client with its server's address, or of a server with its
 *  crowd. */

import { Child } from "./child.mjs";
import { crowdCommand } from "./native.mjs";
import { keepOnFirst } from "./processor.mjs";

/**
 * Starts one, which is asked with what of a question differs from round to round.
 *
 * @param peer its `label`, its `module`, and variables as `env`
 * @param place the `node` it runs in, the `native` programs, and `urlFor` a client
 */
export function startPeer(peer, entry, place) {
  const child =
    entry.work.side === "server" ? startServer(peer, entry, place) : startClient(peer, place);
  if (entry.work.sharesProcessor) keepOnFirst(child.pid);
  // Who awaits it is told; a generation that has failed already awaits nothing.
  child.ready.catch(() => {});
  const url = place.urlFor(peer.module);
  const ask = (question) => child.ask({ name: entry.name, url, ...question });
  return { ready: child.ready, ask, stop: () => child.stop() };
}

function startClient({ label, module, env }, { node }) {
  return new Child(`client ${label}`, "./client.mjs", [module], { node, env });
}

function startServer({ label, module, env }, { variant }, { node, native }) {
  const args = [module, variant.serving ?? "idle", ...crowdCommand(native)];
  return new Child(`server ${label}`, "./serving.mjs", args, { node, env });
}
