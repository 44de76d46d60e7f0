/** Faults that were found once, and must not come back. */

import { once } from "node:events";
import { Agent, get } from "node:http";
import { describe, expect, inject, test } from "vitest";
import { WebSocket } from "../../src/index.ts";
import { failureOf } from "../support/failure.ts";
import { closed, opened, thrown } from "../support/sockets.ts";

const server = inject("server");

test.each(["Trailer", "Transfer-Encoding", "Content-Length", "Expect"])(
  "a field that announces a body, %s, is refused",
  (name) => {
    const make = () => new WebSocket(server, null, { headers: { [name]: "Expires" } });
    expect(thrown(make)).toMatchObject({ kind: "INVALID", code: "ERR_INVALID_OPTION" });
  },
);

test("a Buffer that waits behind a Blob is taken at once, too", async () => {
  const socket = new WebSocket(`${server}/echo`);
  await opened(socket);
  const buffer = Buffer.from("hello");
  const seen: string[] = [];
  const both = new Promise<void>((resolve) => {
    socket.addListener("message", (_event, data) => {
      if (typeof data !== "string") seen.push(data.getString());
      if (seen.length === 2) resolve();
    });
  });
  socket.send(new Blob(["blob"])).send(buffer);
  buffer.fill("x");
  await both;
  expect(seen).toEqual(["blob", "hello"]);
  await closed(socket.close());
});

test("a refused dial does not end another request of its agent", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const failure = failureOf(`${server}/nowhere`, { agent });
  const [response] = await once(get(server.replace("ws", "http"), { agent }), "response");
  response.resume();
  expect(response.statusCode).toBe(200);
  await failure;
  agent.destroy();
});

describe("an error is never followed by a clean close", () => {
  test("a message past a readLimit of 0", async () => {
    const { info } = await failureOf(`${server}/bytes?hex=01`, { readLimit: 0 });
    expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
  });

  test("an abort after the peer's close frame", async () => {
    const abort = new AbortController();
    const failure = failureOf(
      `${server}/frames?hex=88020bb9&hold`,
      { signal: abort.signal },
      [],
      (socket) => {
        socket.addListener("open", async () => {
          while (socket.readyState === WebSocket.OPEN)
            await new Promise((next) => setImmediate(next));
          abort.abort();
        });
      },
    );
    expect((await failure).info.wasClean).toBe(false);
  });
});

test("bufferedAmount keeps its value when a send is followed by an abort", async () => {
  const abort = new AbortController();
  const { socket } = await failureOf(`${server}/echo`, { signal: abort.signal }, [], (opening) => {
    opening.addListener("open", () => {
      opening.send("12345");
      abort.abort();
    });
  });
  const atClose = socket.bufferedAmount;
  await new Promise((resolve) => setImmediate(resolve));
  expect(socket.bufferedAmount).toBe(atClose);
});
