/** Frame answer: completes a handshake whose frames are made here, and agrees to no extension.
 *  @see RFC 6455, section 4.2.2 */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { acceptKey } from "./frame-key.ts";
import type { ReaderSettings } from "./frame-reader.ts";
import { FrameSocket, WIRE_MARK } from "./frame-socket.ts";

/** What the answer says beside what it must. */
export interface Answer {
  /** The subprotocols that the client offers. */
  readonly offered: readonly string[];
  /** The subprotocol chosen, or `""`. */
  readonly protocol: string;
  /** Further header fields, checked before; an array sends the field several times. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** A handshake whose request has been checked. */
export interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the request. */
  readonly head: Buffer;
}

/** The socket is in other hands already. */
export class TakenError extends Error {}

const KEY_FIELD = "sec-websocket-key";
/** By which ws and this library mark a socket that they have upgraded. */
const MARKS: readonly string[] = ["websocket", WIRE_MARK];

/** Writes the answer, and takes the socket; null where the peer has gone. */
export function answerHandshake(
  { request, socket, head }: Handshake,
  { protocol, headers }: Answer,
  settings: ReaderSettings,
): FrameSocket | TakenError | null {
  if (!socket.readable || !socket.writable) {
    socket.destroy();
    return null;
  }
  if (isTaken(socket)) return new TakenError("the socket was upgraded before");
  const accept = acceptKey(readKey(request));
  const chosen = protocol === "" ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\n${chosen}${writeFields(headers)}\r\n`,
  );
  return new FrameSocket({ socket, head, protocol, extensions: "" }, settings);
}

/** Whether it speaks WebSocket already: who has taken it listens, and has left a mark that nobody else can name. */
function isTaken(socket: Duplex): boolean {
  if (socket.listenerCount("data") === 0) return false;
  const marks = Object.getOwnPropertySymbols(socket);
  return marks.some(({ description = "" }) => MARKS.includes(description));
}

/** The key that the client sent. Not by Node's table of all fields, which is made for who asks for it. */
function readKey({ rawHeaders }: IncomingMessage): string {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const field = rawHeaders[index] ?? "";
    if (field.length === KEY_FIELD.length && field.toLowerCase() === KEY_FIELD) {
      return rawHeaders[index + 1] ?? "";
    }
  }
  return "";
}

function writeFields(fields: Answer["headers"]): string {
  let text = "";
  for (const [name, value] of Object.entries(fields)) {
    for (const part of [value].flat()) text += `${name}: ${part}\r\n`;
  }
  return text;
}
