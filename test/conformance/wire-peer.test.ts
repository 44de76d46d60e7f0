/** Wire peer: what it cuts in pieces comes in pieces. */

import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WireListener, WirePeer } from "./wire-peer.ts";

test("bytes that are written one by one come one by one, but for a few", async () => {
  const listener = await WireListener.open();
  onTestFinished(() => listener.close());
  const accepted = listener.next();
  const sender = new WirePeer("client", connect(Number(new URL(listener.url).port), "127.0.0.1"));
  const receiver = await accepted;
  let chunks = 0;
  receiver.socket.on("data", () => {
    chunks += 1;
  });
  await sender.write("x".repeat(200), [1]);
  sender.socket.end();
  await receiver.until(() => receiver.isGone);
  expect(chunks).toBeGreaterThan(100);
});
