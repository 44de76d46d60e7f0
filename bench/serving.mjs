/** A server process: one server library, and a crowd of clients in a process of their own.
 *  Started with the library's name; it is told over IPC which work to do, and how much of it. */

import { Child } from "./child.mjs";
import { measure } from "./measure.mjs";
import { findWork } from "./works/index.mjs";

const { start } = await import(`./servers/${process.argv[2]}.mjs`);
const server = await start();
const crowd = new Child("crowd", "./crowd.mjs");
await crowd.ready;

process.on("disconnect", () => process.exit());
process.on("message", async ({ name, count }) => {
  const { variant, work } = findWork(name);
  process.send(
    await work.run({ server, crowd, count, variant, measure: (act) => measure(act, count) }),
  );
});
process.send("ready");
