/** Leaks: what is left of sockets that have closed, and what keeps a process alive. */

import { describe, expect, inject, test } from "vitest";
import { runProgram } from "../support/run-program.ts";

const server = inject("server");
const ROUNDS = 144;
const SOCKETS_PER_WAY = 10 * ROUNDS;

test("10,000 sockets, opened and closed in every way, leave nothing behind", async () => {
  const { code, stdout, stderr } = await runProgram("cycles", [server, `${ROUNDS}`]);
  expect([code, stderr]).toEqual([0, ""]);
  const { resources, ...left } = JSON.parse(stdout);

  expect(resources.after).toBe(resources.before);
  expect(left.cycles).toBeGreaterThanOrEqual(10_000);
  expect(left.connections.closed).toBe(left.connections.opened);
  expect(left).toMatchObject({
    warnings: 0,
    timers: 0,
    signalListeners: 0,
    reachable: 0,
  });
  expect([left.agent.sockets, left.agent.freeSockets, left.agent.requests]).toEqual([{}, {}, {}]);
  // One close each, and one error where it was not clean.
  expect(left.reports).toEqual({
    "cleanClose close": SOCKETS_PER_WAY,
    "closeWhileConnecting error": SOCKETS_PER_WAY,
    "closeWhileConnecting close": SOCKETS_PER_WAY,
    "serverCloses close": SOCKETS_PER_WAY,
    "serverDrops error": SOCKETS_PER_WAY,
    "serverDrops close": SOCKETS_PER_WAY,
    "refusal error": SOCKETS_PER_WAY,
    "refusal close": SOCKETS_PER_WAY,
    "noAnswer error": SOCKETS_PER_WAY,
    "noAnswer close": SOCKETS_PER_WAY,
    "abort error": SOCKETS_PER_WAY,
    "abort close": SOCKETS_PER_WAY,
  });
}, 120_000);

describe("a process ends by itself, with no warning", () => {
  test.each([
    ["close after an echo", 3],
    ["close compressed", 3],
    ["be closed", 3],
    ["be refused", 3],
    ["close while connecting", 3],
    ["abort while connecting", 3],
    ["time out", 3],
    ["close many that share a signal", 3],
    ["make and never open", 0],
    ["make and close", 3],
    // No timer alone keeps it alive.
    ["wait for a dial", 0],
    ["idle while open", 1],
  ])("%s: in state %i", async (deed, state) => {
    expect(await runProgram("leaving", [deed, server])).toEqual({
      code: 0,
      stdout: `left in state ${state}`,
      stderr: "",
    });
  });
});
