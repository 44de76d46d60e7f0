/** Ill-behaved clients, of every kind: each resolves once its connection is gone. */

import { connect } from "onesocket";
import { Sequence } from "./ledger.mjs";
import { READ_LIMIT_BYTES } from "./limits.mjs";
import { pause } from "./pause.mjs";
import { between, randomBytes } from "./random.mjs";
import { clientFrame, openRaw } from "./raw.mjs";

/** Longer than the server waits for those who have gone. */
const SILENCE_MS = 12_000;
const SLOW_PAUSE_MS = 20;

async function open({ port, ledger, gate }, path = "/echo") {
  const client = await gate.pass(() => openRaw(port, path));
  ledger.opened += 1;
  return client;
}

/** Waits for the server to end it; in the end it is ended here. */
async function waitForEnd({ socket, gone }, signal) {
  await Promise.race([gone, pause(SILENCE_MS, signal)]);
  socket.destroy();
  await gone;
}

/** Leaves with a reset. */
export async function reset(world, _name, random) {
  const { socket, gone } = await open(world);
  socket.write(clientFrame(between(random, 0, 1_000)));
  await pause(between(random, 0, 4_000), world.signal);
  socket.resetAndDestroy();
  await gone;
}

/** Leaves without a close frame, maybe in the middle of a message. */
export async function vanish(world, _name, random) {
  const { socket, gone } = await open(world);
  const frame = clientFrame(1_000);
  socket.write(frame.subarray(0, between(random, 0, frame.length)));
  await pause(between(random, 0, 4_000), world.signal);
  socket.destroy();
  await gone;
}

/** Sends bytes that are no frames. */
export async function babble(world, _name, random) {
  const client = await open(world);
  client.socket.write(randomBytes(random, between(random, 16, 4_096)));
  await waitForEnd(client, world.signal);
}

/** Sends a message over the limit. */
export async function overfill(world, _name, random) {
  const client = await open(world);
  client.socket.write(clientFrame(READ_LIMIT_BYTES + between(random, 1, 1_000)));
  await waitForEnd(client, world.signal);
}

/** Answers nothing any more: what it is sent it takes, or not even that. */
export async function fallSilent(world, _name, random) {
  const client = await open(world);
  if (random() < 0.5) client.socket.pause();
  await waitForEnd(client, world.signal);
}

/** Takes nothing of what all are sent. */
export async function goDeaf(world) {
  const client = await open(world, "/feed");
  client.socket.pause();
  await waitForEnd(client, world.signal);
}

/** Reads far less than there is; what it reads is in order. */
export async function readSlowly(world, name, random) {
  const url = `ws://127.0.0.1:${world.port}/firehose`;
  const connection = await world.gate.pass(() => connect(url, { dialTimeout: "60s" }));
  world.ledger.opened += 1;
  const sequence = new Sequence(world.ledger, name);
  const end = AbortSignal.any([world.signal, AbortSignal.timeout(between(random, 500, 5_000))]);
  while (!end.aborted) {
    const message = await connection.receive("60s");
    // The server gives up those whose pongs are stuck behind what they don't read.
    if (message === null) break;
    sequence.take(Number.parseInt(message, 10));
    await pause(SLOW_PAUSE_MS, end);
  }
  await connection.close();
}
