/** Python peers: implementations that share no code with ours, as servers and as clients. */

import { describe, expect, onTestFinished, test } from "vitest";
import { type CloseInfo, Compression, type Connection, connect } from "../../src/index.ts";
import { WebSockets } from "../../src/server/index.ts";
import { python, startPython } from "../support/python-peer.ts";

const TEXT = "grüße, 世界 🌍 ".repeat(40);
const MIB = 1024 * 1024;
const PACKAGES = ["websockets", "aiohttp"] as const;

/** Bytes that don't compress, each run the same. */
function createNoise(): Uint8Array {
  const bytes = new Uint8Array(MIB);
  for (let index = 0, state = 6455; index < MIB; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** The modes, and what each makes of the extensions. */
const MODES = [
  ["without compression", Compression.DISABLED, /^$/],
  ["with a context", Compression.CONTEXT_TAKEOVER, /^permessage-deflate(?!.*no_context)/],
  ["without a context", Compression.NO_CONTEXT, /^permessage-deflate.*server_no_context_takeover/],
] as const;

/** Each package in each mode. */
const ROWS = PACKAGES.flatMap((name) =>
  MODES.map(([how, compression, extensions]) => ({ name, how, compression, extensions })),
);

function argumentsFor(compression: Compression): string[] {
  return compression === Compression.DISABLED ? [] : ["deflate"];
}

async function expectEcho(connection: Connection, message: string | Uint8Array): Promise<void> {
  await connection.send(message);
  const echo = await connection.receive();
  // Not compared by `expect`, whose report of a MiB takes minutes.
  const isEqual =
    typeof message === "string" || typeof echo !== "object" || echo === null
      ? message === echo
      : Buffer.compare(message, echo) === 0;
  expect(isEqual).toBe(true);
}

describe.skipIf(python === undefined).each(ROWS)("$name, $how", (row) => {
  const { name, compression, extensions } = row;

  test("its server echoes text and 1 MiB, and hears how our client closes", async () => {
    const server = startPython(`${name}_server`, argumentsFor(compression));
    const { port } = await server.next();
    const connection = await connect(`ws://127.0.0.1:${port}/echo`, { compression });
    onTestFinished(() => void connection.close());
    expect(connection.extensions).toMatch(extensions);

    // Twice, so that a context that was taken over is used.
    for (const message of [TEXT, TEXT, createNoise(), createNoise(), "", new Uint8Array()]) {
      await expectEcho(connection, message);
    }
    await connection.close(4001, "done, 完");
    expect(await server.next()).toEqual({ code: 4001, reason: "done, 完" });
  });

  test("its server closes with a code and a reason, which our client hears", async () => {
    const server = startPython(`${name}_server`, argumentsFor(compression));
    const { port } = await server.next();
    const query = new URLSearchParams({ code: "3003", reason: "genug, 完" });
    const url = `ws://127.0.0.1:${port}/close?${query}`;
    const connection = await connect(url, { compression });
    expect(await connection.closed).toEqual({ code: 3003, reason: "genug, 完", wasClean: true });
  });

  test("its client is served by our server: text, 1 MiB, closing and being closed", async () => {
    const seen: { extensions: string; closed: Promise<CloseInfo> }[] = [];
    const sockets = new WebSockets({ compression });
    onTestFinished(() => sockets.shutdown());
    sockets.route("/echo", async (connection) => {
      seen.push({ extensions: connection.extensions, closed: connection.closed });
      for await (const message of connection) await connection.send(message);
    });
    sockets.route("/close", (connection) => connection.close(4003, "genug, 完"));
    const { port } = await sockets.listen(0, { host: "127.0.0.1" });

    const url = `ws://127.0.0.1:${port}`;
    const client = startPython(`${name}_client`, [url, ...argumentsFor(compression)]);
    expect(await client.next()).toEqual({ echoed: true, closed: [4003, "genug, 完"] });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.extensions).toMatch(extensions);
    expect(await seen[0]?.closed).toEqual({ code: 4002, reason: "fertig, 完", wasClean: true });
  });
});
