/** What is sent in the turn in which everything ends has been sent. */

import { expect, test } from "vitest";
import { WebSocket } from "../../src/index.ts";
import { startPeerServer } from "../support/listening.ts";
import { runProgram } from "../support/run-program.ts";
import { opened } from "../support/sockets.ts";

/** A server, and what it is told first. */
async function listenForWords(): Promise<{ url: string; words: Promise<string> }> {
  let hear: (text: string) => void = () => {};
  const words = new Promise<string>((resolve) => {
    hear = resolve;
  });
  const url = await startPeerServer({
    serve: (peer) => {
      peer.once("message", (data) => hear(`${data}`));
      peer.once("close", () => hear("nothing"));
    },
  });
  return { url, words };
}

test("a process that exits", async () => {
  const { url, words } = await listenForWords();
  const { code } = await runProgram("last-words", [url]);
  expect([code, await words]).toEqual([0, "last words"]);
});

test("a signal that is aborted", async () => {
  const { url, words } = await listenForWords();
  const controller = new AbortController();
  const socket = new WebSocket(url, null, { signal: controller.signal });
  await opened(socket);
  socket.send("last words");
  controller.abort();
  expect(await words).toBe("last words");
});
