/** Raw clients: TCP connections that complete a handshake by hand, and then do as they like. */

import { connect } from "node:net";

const REQUEST = [
  "Host: 127.0.0.1",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
].join("\r\n");

/** @returns the socket once the server has answered with 101, and a promise of its end */
export async function openRaw(port, path) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const gone = new Promise((resolve) => socket.once("close", resolve));
  socket.write(`GET ${path} HTTP/1.1\r\n${REQUEST}\r\n\r\n`);
  const line = await Promise.race([readHead(socket), gone.then(() => "no answer")]);
  if (!line.startsWith("HTTP/1.1 101 ")) throw new Error(`${path}: ${line}`);
  return { socket, gone };
}

function readHead(socket) {
  return new Promise((resolve) => {
    let head = "";
    const take = (chunk) => {
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      socket.off("data", take);
      socket.resume();
      resolve(head);
    };
    socket.on("data", take);
  });
}

/** A binary message of so many bytes, in one frame of a client; its mask is zero. */
export function clientFrame(bytes) {
  const frame = Buffer.alloc(14 + bytes);
  frame[0] = 0x82;
  frame[1] = 0x80 | 127;
  frame.writeUIntBE(bytes, 4, 6);
  return frame;
}
