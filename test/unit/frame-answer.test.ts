import { once } from "node:events";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { type Answer, answerHandshake, TakenError } from "../../src/adapter/frame-answer.ts";
import { FrameSocket } from "../../src/adapter/frame-socket.ts";

const SETTINGS = { isServer: true, readLimit: 1024, maxFragments: 16 };
const NOTHING = Buffer.alloc(0);
/** The example of RFC 6455, section 1.3. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** A socket that keeps what is written to it. */
function createSocket(): Duplex & { readonly written: string[] } {
  const written: string[] = [];
  const socket = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      written.push(`${chunk}`);
      done();
    },
  });
  return Object.assign(socket, { written });
}

function createRequest(): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.method = "GET";
  request.rawHeaders.push("Host", "h", "Sec-WebSocket-KEY", KEY, "X-WebSocket-Key.", "none");
  request.headers = {
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": KEY,
  };
  return request;
}

function answer(socket: Duplex, rest: Partial<Answer> = {}) {
  const handshake = { request: createRequest(), socket, head: NOTHING };
  return answerHandshake(handshake, { offered: [], protocol: "", headers: {}, ...rest }, SETTINGS);
}

test("the answer is that of the example in RFC 6455, and comes in one write", () => {
  const socket = createSocket();
  expect(answer(socket)).toBeInstanceOf(FrameSocket);
  expect(socket.written).toEqual([
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`,
  ]);
});

test("it names the subprotocol chosen, and a field of several values once for each", () => {
  const socket = createSocket();
  const headers = { "X-One": "1", "Set-Cookie": ["a=1", "b=2"] };
  const wire = answer(socket, { offered: ["chat", "echo"], protocol: "echo", headers });
  expect(wire).toMatchObject({ protocol: "echo" });
  const [, fields = ""] = socket.written[0]?.split(`${ACCEPT}\r\n`) ?? [];
  expect(fields).toBe(
    "Sec-WebSocket-Protocol: echo\r\nX-One: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n",
  );
});

test("a socket is answered once", () => {
  const socket = createSocket();
  answer(socket);
  expect(answer(socket)).toBeInstanceOf(TakenError);
  expect(socket.written).toHaveLength(1);
});

test("a socket that ws has answered is not answered", () => {
  const socket = createSocket();
  new WebSocketServer({ noServer: true }).handleUpgrade(createRequest(), socket, NOTHING, () => {});
  expect(answer(socket)).toBeInstanceOf(TakenError);
  expect(socket.written).toHaveLength(1);
});

test("who only listens to a socket has not taken it", () => {
  const socket = createSocket();
  socket.on("data", () => {});
  expect(answer(socket)).toBeInstanceOf(FrameSocket);
});

test("a peer that has ended its side is not answered, and dropped", async () => {
  const socket = createSocket();
  socket.push(null);
  socket.resume();
  await once(socket, "end");
  expect(answer(socket)).toBeNull();
  expect(socket.destroyed).toBe(true);
  expect(socket.written).toEqual([]);
});
