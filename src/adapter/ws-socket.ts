/** Ws socket: a socket of `ws` that reports to its owner: a handshake, and the wire that frames made by ws go over. */

import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket as WsSocket } from "ws";
import type { ClientHandshake, HandshakeOwner } from "./client-handshake.ts";
import { KeepAlive } from "./keep-alive.ts";
import type { OutputOwner, OutputSettings } from "./output.ts";
import { releaseChunks } from "./ws-fragments.ts";
import { boundFragments } from "./ws-inflate.ts";
import { WsOutput } from "./ws-output.ts";

/** Who takes what happens to a `ws` socket. */
export interface WsOwner extends HandshakeOwner {
  /** The handshake is done, and ws makes the frames. */
  handleOpen(): void;
}

/** A `ws` socket that hands its events straight to its owner: no listener of its own for each kind. */
export interface ReportingSocket extends WsSocket, ClientHandshake {
  owner: WsOwner | null;
  /** Whether the owner is to make and read the frames. */
  handsOver: boolean;
  readonly readyState: WsSocket["readyState"];
  close(code?: number, reason?: string): void;
  ping(payload: Uint8Array): void;
}

/** The class of `ws` with its statics, as its own server asks for it. */
export type ReportingClass = Pick<typeof WsSocket, keyof typeof WsSocket> & {
  new (address: null): ReportingSocket;
  new (address: string | URL, protocols?: string | object, options?: object): ReportingSocket;
};

/** The events of a `ws` socket, messages apart. */
type WsEvent =
  | [name: "open"]
  | [name: "ping" | "pong", payload: Buffer]
  | [name: "error", error: Error]
  | [name: "close", code: number, reason: Buffer]
  | [name: "upgrade", response: IncomingMessage]
  | [name: "unexpected-response", request: ClientRequest, response: IncomingMessage];

/** What `ws` calls once a handshake is done. */
type SetSocket = (socket: Duplex, head: Buffer, options: { readonly maxPayload: number }) => void;

/** Hands an event to its owner; returns whether there is such an event. */
function report(owner: WsOwner, event: WsEvent): boolean {
  switch (event[0]) {
    case "open":
      owner.handleOpen();
      return true;
    case "ping":
      owner.handlePing(event[1]);
      return true;
    case "pong":
      owner.handlePong(event[1]);
      return true;
    case "error":
      owner.handleError(event[1]);
      return true;
    case "close":
      owner.handleEnd(event[1], event[2].toString());
      return true;
    case "upgrade":
      owner.handleUpgrade(event[1]);
      return true;
    case "unexpected-response":
      owner.handleRefusal(event[1], event[2]);
      return true;
    default:
      return false;
  }
}

const isIncoming = (name: string | symbol): boolean =>
  name === "message" || name === "ping" || name === "pong";

/** The class of `ws`, its sockets reporting to their adapters; those that a server accepts, or those of dials. */
export function createReportingClass(Ws: typeof WsSocket, isServer: boolean): ReportingClass {
  const setSocket: SetSocket = Reflect.get(Ws.prototype, "setSocket");

  return class extends Ws implements ReportingSocket {
    owner: WsOwner | null = null;
    handsOver = false;
    startedClosing = false;
    #socket: Duplex | null = null;
    #isMuted = false;
    #alive: KeepAlive | null = null;

    /** `ws` keeps it for itself; without it all frames would be those of ws. */
    setSocket(...[socket, head, options]: Parameters<SetSocket>): void {
      const { protocol } = this;
      if (this.handsOver && this.owner) {
        this.owner.takeOver({ socket, head, protocol });
        return;
      }
      this.#socket = socket;
      setSocket.call(this, socket, head, options);
      boundFragments(this, options.maxPayload);
    }

    createOutput(settings: OutputSettings, owner: OutputOwner): WsOutput {
      return new WsOutput(this, isServer ? this.#socket : null, settings, owner);
    }

    override close(code?: number, reason?: string): void {
      this.owner?.handleClosing();
      this.startedClosing = true;
      super.close(code, reason);
    }

    mute(): void {
      this.#isMuted = true;
    }

    override pause(): void {
      super.pause();
      this.#alive ??= new KeepAlive();
      this.#alive.hold();
    }

    override resume(): void {
      super.resume();
      this.#alive?.release();
    }

    override terminate(): void {
      super.terminate();
      this.#alive?.release();
    }

    answerPing(payload: Uint8Array, done: () => void): void {
      this.pong(payload, undefined, done);
    }

    override emit(name: string | symbol, first?: unknown, second?: unknown): boolean {
      const { owner } = this;
      // Not even null where the constructor of ws threw with a request already made, or opens at once.
      if (!owner) return false;
      if (this.#isMuted && isIncoming(name)) return true;
      if (name === "close") this.#alive?.release();
      if (name !== "message") {
        if (name === "ping" || name === "pong") releaseChunks(this);
        return report(owner, [name, first, second] as WsEvent);
      }
      const payload = first as Buffer;
      owner.handleMessage(second === true ? payload : payload.toString(), payload.length);
      return true;
    }
  };
}
