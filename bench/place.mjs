/** The place of a run: the Node that is measured, the programs in C, and the servers that clients
 *  talk to. */

import { Child } from "./child.mjs";
import { isInstalled } from "./installed.mjs";
import { buildNative, startNeutral } from "./native.mjs";
import { keepOnFirst, letRun } from "./processor.mjs";

/** The one peer that speaks a protocol of its own. */
const OWN_PROTOCOL = "socket.io";

/** Starts the servers; resolves with the place, which is to be stopped. */
export async function startPlace(node) {
  const native = buildNative();
  if (native === null) {
    console.error(
      "bench: no compiler of C, so the server is in JavaScript, and may be the slower one",
    );
  }
  const neutral = await startNeutral(native);
  const own = isInstalled(OWN_PROTOCOL)
    ? new Child("server of socket.io", "./peers/servers/socket.io.mjs", [], { node })
    : undefined;
  const ownUrl = await own?.ready;
  return {
    node,
    native,
    /** Puts the servers where a work wants them: on the processor of the clients, or on any. */
    prepare({ sharesProcessor }) {
      const pids = [neutral.pid, own?.pid].filter((pid) => pid !== undefined);
      for (const pid of pids) (sharesProcessor ? keepOnFirst : letRun)(pid);
    },
    urlFor: (module) => (module === OWN_PROTOCOL ? ownUrl : neutral.url),
    stop() {
      neutral.stop();
      own?.stop();
    },
  };
}
