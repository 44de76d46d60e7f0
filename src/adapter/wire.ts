/** Wire: what the adapter asks of a connection that speaks WebSocket, whoever makes and reads its frames. */

import type { Output, OutputOwner, OutputSettings } from "./output.ts";

/** Who takes what happens on a wire. */
export interface WireOwner {
  /** A whole message, and the size of its payload in bytes. */
  handleMessage(data: string | Uint8Array, bytes: number): void;
  handlePing(payload: Uint8Array): void;
  handlePong(payload: Uint8Array): void;
  /** A close frame is about to be sent. */
  handleClosing(): void;
  /** Why the connection is about to end. */
  handleError(error: Error): void;
  /** It has ended: with the peer's close code, or 1006. */
  handleEnd(code: number, reason: string): void;
}

/** An open connection. */
export interface Wire {
  owner: WireOwner | null;
  readonly protocol: string;
  /** As `ReadyState`; CLOSED from `handleEnd` on. */
  readonly readyState: number;
  /** Whether a close frame was sent: asked for by its owner, or as the answer to the peer's. */
  readonly startedClosing: boolean;
  readonly isPaused: boolean;
  createOutput(settings: OutputSettings, owner: OutputOwner): Output;
  /** Sends a close frame; one without a code where none is given. */
  close(code?: number, reason?: string): void;
  /** Drops the connection at once; `handleEnd` follows, not from within this call. */
  terminate(): void;
  /** What comes in from now on is for nobody, but for the end. */
  mute(): void;
  /** Sends a ping, of at most 125 bytes; nothing once closing has begun. */
  ping(payload: Uint8Array): void;
  /** Answers a ping; `done` is called once the answer has left, or can't. */
  answerPing(payload: Uint8Array, done: () => void): void;
  /** Reads nothing more, and keeps Node running nevertheless. */
  pause(): void;
  /** Reads on; nothing is reported from within this call. */
  resume(): void;
}
