/** Slow client: completes a handshake by hand, and reads nothing more until it is told to. */

import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { createReceiver } from "./receiving.ts";

const HEAD_END = "\r\n\r\n";

/** A client without WebSocket code of its own. */
export class SlowClient {
  /** The texts that it has read. */
  readonly texts: string[] = [];
  /** The code of the close frame, once that was read. */
  closeCode: number | null = null;
  /** Resolves once the server has ended the connection. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #receiver = createReceiver({
    message: (message) => this.texts.push(`${message}`),
    close: (code) => {
      this.closeCode = code;
    },
  });

  private constructor(socket: Socket, early: Buffer) {
    this.#socket = socket;
    this.ended = new Promise((resolve) => socket.on("close", () => resolve()));
    this.#receiver.write(early);
  }

  /** Opens a connection; nothing is read behind the head of the answer. */
  static async open(port: number, path = "/", ...fields: string[]): Promise<SlowClient> {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {});
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==",
      ...fields,
    ];
    socket.write(`${lines.join("\r\n")}${HEAD_END}`);
    const head = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
    socket.pause();
    const end = head.indexOf(HEAD_END);
    const answer = head.toString("latin1", 0, end);
    if (!answer.startsWith("HTTP/1.1 101")) throw new Error(answer);
    return new SlowClient(socket, head.subarray(end + HEAD_END.length));
  }

  /** Reads from now on. */
  read(): void {
    this.#socket.on("data", (chunk) => this.#receiver.write(chunk));
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
