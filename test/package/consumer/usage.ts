/** A program that uses the package, in Node or in a page. It is compiled, never run. */

import {
  ByteBuffer,
  CloseCode,
  type CloseInfo,
  Compression,
  type ErrorKind,
  isSocketError,
  ReadyState,
  SocketError,
  WebSocket,
  type WebSocketOptions,
} from "onesocket";

const options: WebSocketOptions = {
  compression: Compression.DISABLED,
  dialTimeout: "5s",
  headers: { "x-token": ["a", "b"] },
  signal: new AbortController().signal,
};

export const socket: WebSocket = new WebSocket("wss://example.com/", ["chat"], options);

socket
  .addListener("open", (event: "open", data: null, argument: null) => [event, data, argument])
  .addListener("message", (event, data, label: string) => [event, data, label.length], "label")
  .addListener("close", (_event, { code, reason, wasClean }) => {
    const facts: [number, string, boolean] = [code, reason, wasClean];
    return facts;
  })
  .send("text")
  .send(new Uint8Array([1, 2]))
  .sendBytes(ByteBuffer.from("bytes"))
  .close(CloseCode.NORMAL, "done");

socket.onopen = (event) => event.type;
socket.onmessage = ({ data }) => (typeof data === "string" ? data.length : data);
socket.onclose = ({ code, reason, wasClean }) => [code.toFixed(), reason.length, wasClean];
socket.onerror = ({ error, message }) => [error.kind, error.code, message.length];
socket.addEventListener("close", (event) => event.code, { once: true });
socket.addEventListener("message", (event) => event.data);
socket.binaryType = "blob";

export const target: EventTarget = socket;
export const state: 0 | 1 | 2 | 3 = socket.readyState;
export const isOpen: boolean = socket.readyState === ReadyState.OPEN;
export const constants: [0, 1, 2, 3] = [
  WebSocket.CONNECTING,
  WebSocket.OPEN,
  socket.CLOSING,
  socket.CLOSED,
];

export async function ended(url: string): Promise<CloseInfo> {
  return await WebSocket.make({ readLimit: 1024 }).open(url, "chat").read();
}

export function kindOf(value: unknown): ErrorKind {
  if (isSocketError(value, "TIMEOUT")) return value.kind;
  return value instanceof SocketError ? value.kind : "UNKNOWN";
}

const buffer = new ByteBuffer(16);
buffer.addInt(1);
buffer.addLong(2n);
export const words: [number, bigint, string] = [
  buffer.getInt(),
  buffer.getLong(),
  buffer.getString(),
];
