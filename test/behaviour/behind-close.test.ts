/** What comes behind our own close is for nobody, in Node and in a page. */

import { expect, inject, test } from "vitest";
import { connect, WebSocket } from "../../src/index.ts";

const server = inject("server");

test("a connection that is closed at a message holds that one, and none that came behind it", async () => {
  const connection = await connect(`${server}/echo`);
  connection.socket.addListener("message", () => void connection.close());
  for (const text of ["a", "b", "c"]) void connection.send(text);
  const received: unknown[] = [];
  for await (const message of connection) received.push(message);
  expect(received).toEqual(["a"]);
});

test("events behind it are none, in tasks of their own as well", async () => {
  const socket = new WebSocket(`${server}/burst?text=a&text=b&text=c`);
  const seen: unknown[] = [];
  socket.onmessage = ({ data }): void => {
    seen.push(data);
    socket.close();
  };
  await socket.read();
  expect(seen).toEqual(["a"]);
});
