/** Slow reader: a program that holds nothing but a connection whose inbox is full, and timers of ours.
 *  Argument: the URL of a flood. It tells how many messages it has read when it ends by itself. */

import { after, connect } from "../../../src/index.ts";

const MESSAGES = 40;

async function main(): Promise<void> {
  const connection = await connect(process.argv[2] ?? "", { channelCapacity: 1 });
  let count = 0;
  process.on("exit", () => process.stdout.write(`read ${count}`));
  await connection.send("go");
  for await (const _message of connection) {
    count += 1;
    if (count === MESSAGES) break;
    await after("1ms").receive();
  }
  await connection.close();
}

void main();
