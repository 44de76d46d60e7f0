/** Last words: a program that sends a message and exits in the same turn. Argument: the server's URL. */

import { WebSocket } from "../../../src/index.ts";

const socket = new WebSocket(process.argv[2] ?? "");
socket.addListener("open", () => {
  socket.send("last words");
  process.exit(0);
});
