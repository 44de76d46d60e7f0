/** Client: no library. The bytes of the same frames on a TCP socket, counted and not looked at. */

import { connect } from "node:net";
import { clientFrame, FrameCounter, frameSlab, repeat } from "../bytes.mjs";

const READ_BYTES = 64 * 1024;
const END_OF_HEAD = "\r\n\r\n";
/** Code 1000. */
const CLOSE_FRAME = clientFrame(8, Buffer.of(0x03, 0xe8));
/** All sockets read into the same bytes: they are done with when the callback returns. */
const shared = Buffer.alloc(READ_BYTES);

class Line {
  tcp;
  #onMessage;
  #onOpen;
  #head = "";
  #isOpen = false;
  #counter = new FrameCounter();
  #payload;
  #slab;
  #queued = 0;

  constructor(url, { onMessage, onOpen, onError }) {
    const { hostname, port, pathname } = new URL(url);
    this.#onMessage = onMessage;
    this.#onOpen = onOpen;
    const onread = { buffer: shared, callback: (count) => this.#read(count) };
    this.tcp = connect({ host: hostname, port: Number(port), noDelay: true, onread });
    this.tcp.on("error", onError);
    this.tcp.write(
      [
        `GET ${pathname} HTTP/1.1`,
        `Host: ${hostname}:${port}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        `Sec-WebSocket-Version: 13${END_OF_HEAD}`,
      ].join("\r\n"),
    );
  }

  /** All messages of a turn leave in one write, as far as a slab goes. */
  send(data) {
    if (data !== this.#payload) this.#prepare(data);
    if (this.#queued === 0) process.nextTick(() => this.#flush());
    this.#queued += 1;
  }

  #prepare(data) {
    this.#flush();
    this.#payload = data;
    this.#slab = frameSlab(clientFrame(typeof data === "string" ? 1 : 2, Buffer.from(data)));
  }

  #flush() {
    if (this.#queued > 0) repeat(this.#slab, this.#queued, (bytes) => this.tcp.write(bytes));
    this.#queued = 0;
  }

  #read(count) {
    if (this.#isOpen) this.#take(shared.subarray(0, count));
    else {
      this.#head += shared.latin1Slice(0, count);
      this.#isOpen = this.#head.endsWith(END_OF_HEAD);
      if (this.#isOpen) this.#onOpen(this);
    }
    return true;
  }

  #take(chunk) {
    const messages = this.#counter.count(chunk);
    for (let taken = 0; taken < messages; taken += 1) this.#onMessage(undefined);
  }
}

/** Resolves with an open line; its listener is called as often as there are messages, with none. */
export function open(url, onMessage) {
  return new Promise((resolve, reject) => {
    new Line(url, { onMessage, onOpen: resolve, onError: reject });
  });
}

export function send(line, data) {
  line.send(data);
}

export function buffered({ tcp }) {
  return tcp.writableLength;
}

/** Resolves once the line has closed. */
export function close({ tcp }) {
  return new Promise((resolve) => {
    tcp.on("close", resolve);
    tcp.write(CLOSE_FRAME);
  });
}
