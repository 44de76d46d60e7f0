/** A process of many clients, as cheap as they can be: a handshake written by hand, then bytes are counted. */

import { once } from "node:events";
import { connect } from "node:net";

const CONCURRENCY = 64;
/** Code 1000, masked with zeros. */
const CLOSE_FRAME = Buffer.of(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8);
const END_OF_HEAD = "\r\n\r\n";

/** @type {{ socket: import("node:net").Socket, bytes: number }[]} */
let clients = [];
let onBytes = () => {};

/** Resolves with a client whose handshake is done. */
function open(port) {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const client = { socket, bytes: 0 };
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.write(
      [
        "GET / HTTP/1.1",
        `Host: 127.0.0.1:${port}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        `Sec-WebSocket-Version: 13${END_OF_HEAD}`,
      ].join("\r\n"),
    );
    socket.once("data", (answer) => {
      if (!answer.toString("latin1").endsWith(END_OF_HEAD)) reject(new Error(`got ${answer}`));
      socket.on("data", (chunk) => {
        client.bytes += chunk.length;
        onBytes();
      });
      resolve(client);
    });
  });
}

async function openMany({ port, count }) {
  let started = 0;
  const lane = async () => {
    while (started < count) {
      started += 1;
      clients.push(await open(port));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}

/** Resolves once every client has that many bytes more than when it last resolved. */
async function expectBytes({ bytes }) {
  await new Promise((resolve) => {
    const check = () => {
      if (clients.every((client) => client.bytes >= bytes)) resolve();
    };
    let isDue = false;
    onBytes = () => {
      if (isDue) return;
      isDue = true;
      setImmediate(() => {
        isDue = false;
        check();
      });
    };
    check();
  });
  if (clients.some((client) => client.bytes !== bytes)) throw new Error("a client got too much");
  for (const client of clients) client.bytes = 0;
}

async function closeAll() {
  const closed = clients.map(({ socket }) => once(socket, "close"));
  for (const { socket } of clients) socket.end(CLOSE_FRAME);
  clients = [];
  await Promise.all(closed);
}

const ACTS = { open: openMany, expect: expectBytes, close: closeAll };

process.on("disconnect", () => process.exit());
process.on("message", async (order) => {
  await ACTS[order.act](order);
  process.send("done");
});
process.send("ready");
