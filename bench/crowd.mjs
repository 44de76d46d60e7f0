/** The crowd where there is no compiler: many clients, as cheap as JavaScript makes them. It obeys
 *  lines as the program in `native/` does: a handshake written by hand, then messages
 *  are counted. */

import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { clientFrame } from "./peers/bytes.mjs";

const CONCURRENCY = 64;
/** Code 1000. */
const CLOSE_FRAME = clientFrame(8, Buffer.of(0x03, 0xe8));
const END_OF_HEAD = "\r\n\r\n";
const PARAMETERS = [
  "permessage-deflate",
  "server_no_context_takeover",
  "client_no_context_takeover",
];
const DEFLATE = `Sec-WebSocket-Extensions: ${PARAMETERS.join("; ")}`;

/**
 * @type {{ socket: import("node:net").Socket, messages: number, header: number[], left: number }[]}
 */
let clients = [];
/** What is done at each message that has come whole. */
let handleMessage = () => {};

/** Resolves with a client whose handshake is done. */
function open(port, fields) {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const client = { socket, messages: 0, header: [], left: 0 };
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.write(
      [
        "GET / HTTP/1.1",
        `Host: 127.0.0.1:${port}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ...fields,
        `Sec-WebSocket-Version: 13${END_OF_HEAD}`,
      ].join("\r\n"),
    );
    socket.once("data", (answer) => {
      if (!answer.toString("latin1").endsWith(END_OF_HEAD)) reject(new Error(`got ${answer}`));
      socket.on("data", (chunk) => countMessages(client, chunk));
      resolve(client);
    });
  });
}

/** Goes from header to header, whatever the pieces that they come in. */
function countMessages(client, chunk) {
  let at = 0;
  while (at < chunk.length) {
    if (client.left === 0) {
      client.header.push(chunk[at]);
      at += 1;
      if (!isWhole(client.header)) continue;
      client.left = payloadSize(client.header);
    }
    const piece = Math.min(client.left, chunk.length - at);
    at += piece;
    client.left -= piece;
    if (client.left > 0) return;
    if ((client.header[0] & 15) < 8) endMessage(client);
    client.header = [];
  }
}

function isWhole(header) {
  const length = header[1] ?? 0;
  return header.length === 2 + (length === 126 ? 2 : 0) + (length === 127 ? 8 : 0);
}

function payloadSize([, length, ...extended]) {
  return extended.length === 0 ? length : extended.reduce((size, byte) => size * 256 + byte, 0);
}

function endMessage(client) {
  client.messages += 1;
  handleMessage(client);
}

async function openMany(port, count, isCompressing) {
  const fields = isCompressing === 1 ? [DEFLATE] : [];
  let started = 0;
  const lane = async () => {
    while (started < count) {
      started += 1;
      clients.push(await open(port, fields));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}

/** Resolves once every client has so many messages more than when it last resolved. */
async function expectMessages(count) {
  let missing = clients.filter(({ messages }) => messages < count).length;
  await new Promise((resolve) => {
    if (missing === 0) resolve();
    handleMessage = ({ messages }) => {
      if (messages === count) missing -= 1;
      if (missing === 0) resolve();
    };
  });
  if (clients.some(({ messages }) => messages !== count)) throw new Error("a client got too much");
  for (const client of clients) client.messages = 0;
}

/** Each client sends a message, and the next one when its echo is there, `count` in all. */
async function pump(count, bytes) {
  const frame = clientFrame(1, Buffer.alloc(bytes, "x"));
  let unsent = count;
  let awaited = count;
  const sendNext = ({ socket }) => {
    if (unsent === 0) return;
    unsent -= 1;
    socket.write(frame);
  };
  await new Promise((resolve) => {
    handleMessage = (client) => {
      awaited -= 1;
      if (awaited === 0) resolve();
      sendNext(client);
    };
    for (const client of clients) sendNext(client);
  });
  for (const client of clients) client.messages = 0;
}

async function closeAll() {
  const closed = clients.map(({ socket }) => once(socket, "close"));
  for (const { socket } of clients) socket.end(CLOSE_FRAME);
  clients = [];
  await Promise.all(closed);
}

const ACTS = { open: openMany, expect: expectMessages, pump, close: closeAll };

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [act, ...numbers] = line.split(" ");
  await ACTS[act](...numbers.map(Number));
  console.log("done");
}
process.exit();
