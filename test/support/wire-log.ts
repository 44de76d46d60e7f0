/** Wire log: who owns a wire of our own frames, and notes what it hears, a line each. */

import type { FrameSocket } from "../../src/adapter/frame-socket.ts";
import type { Output } from "../../src/adapter/output.ts";
import type { WireOwner } from "../../src/adapter/wire.ts";
import { line } from "./frame-streams.ts";
import { lineOf } from "./framed-pair.ts";

export class WireLog implements WireOwner {
  /** What was heard. */
  readonly lines: string[] = [];
  readonly wire: FrameSocket;
  readonly output: Output;
  onMessage: (data: string | Uint8Array) => void = () => {};

  constructor(wire: FrameSocket, isLost: () => boolean = () => false) {
    this.wire = wire;
    wire.owner = this;
    this.output = wire.createOutput(
      { compressionThreshold: Number.POSITIVE_INFINITY, compressionLevel: 6, windowAlone: 0 },
      { isLost, handleDrain: () => {}, handleUnreadable: () => {} },
    );
  }

  handleMessage(data: string | Uint8Array): void {
    this.lines.push(lineOf(data));
    this.onMessage(data);
  }
  handlePing(payload: Uint8Array): void {
    this.lines.push(line.ping(payload));
    this.wire.answerPing(payload, () => {});
  }
  handlePong(payload: Uint8Array): void {
    this.lines.push(line.pong(payload));
  }
  handleClosing(): void {
    this.output.flush();
  }
  handleError(error: Error): void {
    this.lines.push(`error ${error.message}`);
  }
  handleEnd(code: number, reason: string): void {
    this.lines.push(`end ${code} ${reason}`);
  }
}
