/** `connection.batches()`, in Node and in a page. */

import { expect, inject, test } from "vitest";
import { connect, type MessageData } from "../../src/index.ts";
import { rejected } from "../support/sockets.ts";

const server = inject("server");

test("each batch is what was unread, in order, and all of them are all messages", async () => {
  await using connection = await connect(`${server}/echo`);
  const sent = Array.from({ length: 200 }, (_, index) => `${index}`);
  for (const text of sent) void connection.send(text);
  const received: MessageData[] = [];
  for await (const batch of connection.batches()) {
    expect(batch.length).toBeGreaterThan(0);
    received.push(...batch);
    if (received.length === sent.length) break;
  }
  expect(received).toEqual(sent);
});

test("messages that came together are one batch; leaving the loop loses none of the others", async () => {
  await using connection = await connect(`${server}/echo`, { channelCapacity: 10 });
  for (const text of ["a", "b", "c"]) void connection.send(text);
  const channel = connection.channel();
  while (channel.length < 3) await new Promise((resolve) => setTimeout(resolve));
  for await (const batch of connection.batches()) {
    expect(batch).toEqual(["a", "b", "c"]);
    break;
  }
  await connection.send("d");
  expect(await connection.receive()).toBe("d");
});

test("the loop ends with the connection; one that failed rejects, all messages being read", async () => {
  const connection = await connect(`${server}/terminate-after-message`);
  void connection.send("anybody there?");
  const batches = connection.batches();
  expect(await rejected(batches.next())).toBe(connection.error);
  expect(await batches.next()).toEqual({ value: undefined, done: true });
  const other = await connect(`${server}/echo`);
  await other.close();
  expect(await other.batches().next()).toEqual({ value: undefined, done: true });
});
