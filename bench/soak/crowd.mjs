/** Crowd: all clients of one phase: some stay, and in place of each of the others comes the next. */

import { Gate } from "./gate.mjs";
import * as bad from "./ill-behaved.mjs";
import { createRandom } from "./random.mjs";
import { runEchoer, runTopic, runVisitor } from "./well-behaved.mjs";

const TOPIC_SIZE = 10;
/** Of all connections, those of clients that stay: half of them in topics. */
const LASTING_SHARE = 0.2;
/** Handshakes that are under way at once: fewer than the system keeps for a server that is busy, 511. */
const MAX_HANDSHAKES = 100;

/** What clients come for, how often in 100, and how many of a kind there may be at once. */
const KINDS = [
  { kind: "visit", run: runVisitor, weight: 48, most: Number.POSITIVE_INFINITY },
  { kind: "reset", run: bad.reset, weight: 12, most: Number.POSITIVE_INFINITY },
  { kind: "vanish", run: bad.vanish, weight: 12, most: Number.POSITIVE_INFINITY },
  { kind: "babble", run: bad.babble, weight: 8, most: Number.POSITIVE_INFINITY },
  { kind: "overfill", run: bad.overfill, weight: 8, most: Number.POSITIVE_INFINITY },
  { kind: "fall silent", run: bad.fallSilent, weight: 8, most: Number.POSITIVE_INFINITY },
  // These make the server, or its clients, move as many bytes as the machine can.
  { kind: "read slowly", run: bad.readSlowly, weight: 2, most: 20 },
  { kind: "go deaf", run: bad.goDeaf, weight: 2, most: 10 },
];

/** Runs `connections` clients at a time, until `signal` is aborted and all have left. */
export async function runCrowd({ connections, seed, port, ledger, signal }) {
  const gate = new Gate(MAX_HANDSHAKES);
  const world = { port, ledger, signal, gate, topicSize: TOPIC_SIZE };
  const topics = Math.floor((connections * LASTING_SHARE) / 2 / TOPIC_SIZE);
  const echoers = topics * TOPIC_SIZE;
  const slots = connections - topics * TOPIC_SIZE - echoers;
  const lives = [];
  for (let index = 0; index < topics; index += 1) {
    lives.push(guard(ledger, `topic-${index}`, (name) => runTopic(world, name, TOPIC_SIZE)));
  }
  for (let index = 0; index < echoers; index += 1) {
    lives.push(guard(ledger, `echo ${index}`, (name) => runEchoer(world, name)));
  }
  const present = new Map();
  for (let index = 0; index < slots; index += 1) {
    lives.push(runSlot(world, { index, random: createRandom(seed * 1_000_003 + index), present }));
  }
  await Promise.all(lives);
}

/** One client after the other. */
async function runSlot(world, { index, random, present }) {
  for (let life = 0; !world.signal.aborted; life += 1) {
    const { kind, run } = chooseKind(random, present);
    world.ledger.countLife(kind);
    present.set(kind, (present.get(kind) ?? 0) + 1);
    await guard(world.ledger, `${kind} ${index}.${life}`, (name) => run(world, name, random));
    present.set(kind, present.get(kind) - 1);
  }
}

function chooseKind(random, present) {
  let rest = random() * 100;
  const chosen = KINDS.find(({ weight }) => {
    rest -= weight;
    return rest < 0;
  });
  return (present.get(chosen.kind) ?? 0) < chosen.most ? chosen : KINDS[0];
}

/** A life that fails is a violation. */
async function guard(ledger, name, live) {
  try {
    await live(name);
  } catch (error) {
    ledger.require(false, `${name}: ${error.message}`);
    // A server that has gone would have all of them try again at once.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
