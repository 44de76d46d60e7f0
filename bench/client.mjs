/** A client process: one peer library, told over IPC which work to do, and how much of it.
 *  Started with the peer's name; its JIT state lives as long as it does, through all its rounds. */

import { measure } from "./measure.mjs";
import { findWork } from "./works/index.mjs";

const peer = await import(`./peers/${process.argv[2]}.mjs`);

process.on("disconnect", () => process.exit());
process.on("message", async ({ name, url, count }) => {
  const { variant, work } = findWork(name);
  process.send(
    await work.run({ peer, url, count, variant, measure: (act) => measure(act, count) }),
  );
});
process.send("ready");
