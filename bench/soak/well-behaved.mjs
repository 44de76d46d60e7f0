/** Well-behaved clients: they exchange numbered messages by the server, and miss none of them. */

import { connect } from "onesocket";
import { Sequence } from "./ledger.mjs";
import { pause } from "./pause.mjs";
import { between } from "./random.mjs";

const ECHO_PAUSE_MS = 100;
const TOPIC_PAUSE_MS = 250;
/** Longest wait for anything: this is about what happens, not about how fast. */
const PATIENCE = "60s";
const PADDING = "x".repeat(200);

async function open({ port, ledger, gate }, path) {
  const url = `ws://127.0.0.1:${port}${path}`;
  const connection = await gate.pass(() => connect(url, { dialTimeout: PATIENCE }));
  ledger.opened += 1;
  return connection;
}

/** Opens a connection for `use`; what fails leaves none behind. */
async function withConnection(world, path, use) {
  const connection = await open(world, path);
  try {
    return await use(connection);
  } finally {
    connection.close().catch(() => {});
  }
}

async function close(connection, { ledger }, name) {
  const { code, wasClean } = await connection.close();
  ledger.require(code === 1000 && wasClean, `${name}: closed with ${code}, clean: ${wasClean}`);
}

/** Sends numbered messages, and takes as many echoes. */
async function exchange(connection, sequence, count) {
  const start = sequence.count;
  for (let number = start; number < start + count; number += 1) {
    // Not awaited: several are on their way at once.
    connection.send(`${number} ${PADDING}`).catch(() => {});
  }
  for (let echo = 0; echo < count; echo += 1) {
    const message = await connection.receive(PATIENCE);
    sequence.take(message === null ? "none" : Number.parseInt(message, 10));
  }
}

/** Has its messages echoed until the phase is over. */
export async function runEchoer(world, name) {
  await withConnection(world, "/echo", async (connection) => {
    const sequence = new Sequence(world.ledger, name);
    while (!world.signal.aborted) {
      await exchange(connection, sequence, 4);
      await pause(ECHO_PAUSE_MS, world.signal);
    }
    await close(connection, world, name);
  });
}

/** Comes, has some messages echoed, stays a while, and goes as it should. */
export async function runVisitor(world, name, random) {
  await withConnection(world, "/echo", async (connection) => {
    const sequence = new Sequence(world.ledger, name);
    await exchange(connection, sequence, between(random, 1, 8));
    await pause(between(random, 1_000, 8_000), world.signal);
    await exchange(connection, sequence, 1);
    await close(connection, world, name);
  });
}

/** Members of one topic: each hears what each of them says, until the phase is over. */
export async function runTopic(world, topic, size) {
  const members = [];
  try {
    for (let index = 0; index < size; index += 1)
      members.push(await joinTopic(world, topic, index));
    const lives = members.flatMap((member) => [speak(member, world.signal), listen(member, world)]);
    await Promise.all(lives);
    await Promise.all(members.map(({ connection, name }) => close(connection, world, name)));
  } finally {
    for (const { connection } of members) connection.close().catch(() => {});
  }
}

async function joinTopic(world, topic, index) {
  const connection = await open(world, `/topic/${topic}`);
  const name = `${topic}, member ${index}`;
  const first = await connection.receive(PATIENCE);
  world.ledger.require(first === "joined", `${name}: ${first} came where "joined" was due`);
  return { connection, index, name };
}

/** Numbers what it says, and ends with how much that was. */
async function speak({ connection, index }, signal) {
  let said = 0;
  while (!signal.aborted) {
    await connection.send(`${index} ${said} ${PADDING}`);
    said += 1;
    await pause(TOPIC_PAUSE_MS, signal);
  }
  await connection.send(`${index} end ${said}`);
}

/** Takes all that is said, until each has come to an end. */
async function listen({ connection, name }, { ledger, topicSize }) {
  const createSequence = (_, index) => new Sequence(ledger, `${name}, of ${index}`);
  const sequences = Array.from({ length: topicSize }, createSequence);
  for (let ends = 0; ends < topicSize; ) {
    const message = await connection.receive(PATIENCE);
    if (message === null) {
      ledger.require(
        false,
        `${name}: heard nothing more, ${connection.error ?? `for ${PATIENCE}`}`,
      );
      return;
    }
    const [index, number, said] = message.split(" ");
    if (number !== "end") sequences[index].take(Number(number));
    else {
      ends += 1;
      const heard = sequences[index].count;
      ledger.require(`${heard}` === said, `${name}: heard ${heard} of ${said} of ${index}`);
    }
  }
  // One that was doubled would come behind the last.
  ledger.require((await connection.receive(0)) === null, `${name}: heard more than was said`);
}
