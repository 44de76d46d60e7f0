/** Unread: a program that is flooded and does not read. It prints by how many MiB its memory grew.
 *  Arguments: the URL of the flood, the test server's URL. */

import { connect } from "../../../src/index.ts";

const [floodUrl = "", server = ""] = process.argv.slice(2);
/** Each gives a flood that nothing stops the time for at least one more chunk. */
const ROUND_TRIPS = 3_000;

async function main(): Promise<void> {
  const probe = await connect(`${server}/echo`);
  const before = process.memoryUsage().rss;
  const flooded = await connect(floodUrl);
  await flooded.send("go");
  let peak = 0;
  for (let trip = 0; trip < ROUND_TRIPS; trip += 1) {
    await probe.send("x");
    await probe.receive();
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  const unread = flooded.channel().length;
  process.stdout.write(JSON.stringify({ grownMiB: (peak - before) / 2 ** 20, unread }));
  process.exit();
}

void main();
