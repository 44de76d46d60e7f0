/** A client process: one peer library, told over IPC which work to do, and how much of it.
 *  Started with the peer's name; its JIT state lives as long as it does, through all its rounds. */

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

/** Runs `act` and gives its rate, and how much it did in a second of this process's CPU time. */
async function measure(act, count) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await act();
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  return { value: count / seconds, perCpuSecond: count / ((user + system) / 1e6) };
}
