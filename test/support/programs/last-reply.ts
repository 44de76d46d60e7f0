/** Last reply: a program that answers each message, and exits in the handler of the second. Argument: the server's URL. */

import { WebSocket } from "../../../src/index.ts";

const socket = new WebSocket(process.argv[2] ?? "");
socket.addListener("message", (_event, data) => {
  socket.send(`re: ${data}`);
  if (data === "second") process.exit(0);
});
