/** What both processes that are measured have in common: they do what they are told over IPC, and
 *  may be told to take a CPU profile of it. */

import { Session } from "node:inspector/promises";
import { measure } from "./measure.mjs";
import { findWork } from "./works/index.mjs";

/**
 * @param parts what a work's `run` needs besides the work itself: a peer, or a server and its crowd
 */
export function obey(parts) {
  process.on("disconnect", () => process.exit());
  process.on("message", async ({ name, url, count, profiles }) => {
    const { variant, work } = findWork(name);
    const act = () =>
      work.run({ ...parts, url, count, variant, measure: (timed) => measure(timed, count) });
    process.send(profiles ? await profile(act) : await act());
  });
  process.send("ready");
}

/** @returns the profile of what `act` does, as DevTools reads it */
async function profile(act) {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  await act();
  const { profile: taken } = await session.post("Profiler.stop");
  session.disconnect();
  return taken;
}
