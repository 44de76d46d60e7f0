/** Frame output: messages that leave as frames of our own. */

import { ReadyState } from "../constants.ts";
import { FIN, Opcode } from "./frame-format.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { MESSAGE_OVERHEAD_BYTES, Output, type OutputOwner, type OutputSettings } from "./output.ts";
import type { Batch } from "./ws-frame.ts";

/** What the output asks of its connection. */
export interface FrameOutputSocket {
  readonly readyState: number;
  readonly isServer: boolean;
  readonly writer: FrameWriter;
}

export class FrameOutput extends Output {
  readonly #socket: FrameOutputSocket;
  readonly #writer: FrameWriter;

  constructor(socket: FrameOutputSocket, settings: OutputSettings, owner: OutputOwner) {
    super(settings, owner);
    this.#socket = socket;
    this.#writer = socket.writer;
    this.#writer.handleSent = (bytes) => this.countLeft(bytes);
  }

  protected override get isOpen(): boolean {
    return this.#socket.readyState === ReadyState.OPEN;
  }

  protected override get takesBatches(): boolean {
    return this.#socket.isServer;
  }

  protected override get writtenBytes(): number {
    const { waitingBytes, waitingWrites } = this.#writer;
    return waitingBytes + waitingWrites * MESSAGE_OVERHEAD_BYTES;
  }

  protected override write(data: string | Uint8Array): void {
    const writer = this.#writer;
    const bytes =
      typeof data === "string"
        ? writer.writeText(data)
        : writer.writeFrame(FIN | Opcode.BINARY, data, data.length);
    this.countTaken(bytes);
  }

  protected override writeBatch(batch: Batch): void {
    this.#writer.writeShared(batch.bytes, batch.payloadBytes);
  }
}
