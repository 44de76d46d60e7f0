/** Run case: one case on one connection, and the comparison of what both ends tell of it. */

import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { CloseInfo } from "../../src/index.ts";
import { type Case, type End, OPEN } from "./case.ts";
import { Inflater, type Window } from "./deflate.ts";
import type { SeenFrame } from "./strict-parser.ts";
import { connectPair, type Message, type Subject } from "./subject.ts";
import { close, OPCODE, ping, type Role, RSV1, text, type Wire } from "./wire.ts";
import type { Cut, WirePeer } from "./wire-peer.ts";

const SENTINEL = "sentinel";
const BYE = "bye";
const SHORT_LENGTH = 100;

/** What an error of our side says, by the code that it closes with. */
const ERRORS: Readonly<Record<number, readonly string[]>> = {
  1002: ["ERR_PROTOCOL"],
  1007: ["ERR_INVALID_UTF8", "ERR_PROTOCOL"],
  1008: ["ERR_PROTOCOL"],
  1009: ["ERR_MESSAGE_TOO_BIG"],
};

/** All of one connection that both ends can tell. */
interface Story {
  readonly delivered: readonly string[];
  readonly echoed: readonly string[];
  readonly pongs: readonly string[];
  /** Our close frame, or null. */
  readonly closeFrame: { readonly code: number; readonly reason: string } | null;
  readonly info: CloseInfo;
  readonly errors: readonly string[];
  /** What our side wrote against the protocol; and whether it did not end. */
  readonly violations: readonly string[];
}

/** Connects our side with a peer, has the peer do what the case says, and checks what came of it. */
export async function runCase(given: Case, side: Role, cut: Cut): Promise<void> {
  const frames = [...given.send, ...behind(given.end)];
  const early = given.isEarly ? frames : [];
  const { peer, subject } = await connectPair(side, given.setting, early);
  if (!given.isEarly) {
    await peer.frame(0);
    await peer.send(frames, cut);
  }
  await end(given, peer);
  check(given, await tell(given, peer, subject));
}

/** What must not be heeded; where our side goes on, its echo shows it. */
function behind(wanted: End = OPEN): Wire[] {
  const isOver = wanted.kind === "closed" || (wanted.kind === "refused" && !wanted.isEarly);
  return isOver ? [text("behind the end")] : [];
}

/** Ends the connection as the case has it, and resolves once it has ended. */
async function end({ end: wanted = OPEN, pongs = [] }: Case, peer: WirePeer): Promise<void> {
  const isHanging = wanted.kind === "lost" || (wanted.kind === "refused" && wanted.isEarly);
  if (isHanging) {
    await peer.end();
    return;
  }
  const last = pongs.at(-1);
  if (last !== undefined) await peer.until(() => peer.isOver || hasPong(peer, last));
  await peer.send([ping(SENTINEL)]);
  await peer.until(() => peer.isOver || hasPong(peer, SENTINEL));
  await peer.send([close(1000, BYE)]);
  await peer.until(() => peer.isOver);
  // It is the server that ends the TCP connection (RFC 6455, section 7.1.1).
  if (peer.role === "server") await peer.end();
  await peer.until(() => peer.isGone);
}

/** A message as a report can show it; large ones by their digest, since a report of each byte takes long. */
function show(message: Message): string {
  const kind = typeof message === "string" ? "text" : "bytes";
  if (message.length > SHORT_LENGTH) {
    return `${kind}, ${message.length}: ${createHash("sha1").update(message).digest("hex")}`;
  }
  return typeof message === "string" ? `text: ${message}` : `bytes: ${message.toString("hex")}`;
}

function hasPong(peer: WirePeer, payload: string | Uint8Array): boolean {
  const wanted = Buffer.from(payload);
  return pongsOf(peer).some((frame) => frame.payload.equals(wanted));
}

function pongsOf(peer: WirePeer): SeenFrame[] {
  return peer.frames.filter(({ opcode }) => opcode === OPCODE.PONG);
}

async function tell(given: Case, peer: WirePeer, subject: Subject): Promise<Story> {
  const { closeFrame } = peer;
  const [, ...echoed] = messagesOf(peer.frames, given.window);
  const code = closeFrame?.payload.length === 0 ? 1005 : closeFrame?.payload.readUInt16BE();
  const reason = `${closeFrame?.payload.subarray(2) ?? ""}`;
  return {
    delivered: subject.delivered.map(show),
    echoed: echoed.map(show),
    pongs: pongsOf(peer).map(({ payload }) => payload.toString("latin1")),
    closeFrame: code === undefined ? null : { code, reason },
    info: await subject.closed,
    errors: subject.errors,
    violations: peer.isStuck ? [...peer.violations, "does not end"] : peer.violations,
  };
}

/** The messages that our side has written. */
export function messagesOf(frames: readonly SeenFrame[], window?: Window): Message[] {
  const inflater = new Inflater(window);
  const messages: Message[] = [];
  let opened: SeenFrame | null = null;
  let parts: Buffer[] = [];
  for (const frame of frames) {
    if (frame.opcode >= OPCODE.CLOSE) continue;
    opened ??= frame;
    parts.push(frame.payload);
    if (!frame.fin) continue;
    const payload = Buffer.concat(parts);
    const data = opened.rsv === RSV1 ? inflater.inflate(payload) : payload;
    messages.push(opened.opcode === OPCODE.TEXT ? data.toString() : data);
    opened = null;
    parts = [];
  }
  return messages;
}

function check(given: Case, story: Story): void {
  const { end: wanted = OPEN, isEarly = false } = given;
  const delivered = (given.delivered ?? []).map(show);
  const { pongs, errors, closeFrame, ...rest } = story;
  const isRefused = wanted.kind === "refused";
  const codes = isRefused ? wanted.codes : [];
  // Of what comes along with the handshake, an echo may find the peer's close frame there before it.
  const echoed = isEarly ? story.echoed : delivered;
  expect(rest).toEqual({ delivered, echoed, info: infoOf(wanted), violations: [] });
  expect(closeFrame).toEqual(
    isRefused ? { code: expect.toBeOneOf([...codes]), reason: "" } : frameOf(wanted),
  );
  expect(errors).toEqual(errorsOf(wanted));
  checkPongs(given, pongs);
}

function frameOf(wanted: End): Story["closeFrame"] {
  if (wanted.kind === "open") return { code: 1000, reason: BYE };
  return wanted.kind === "closed" ? { code: wanted.code, reason: wanted.reason } : null;
}

function infoOf(wanted: End): CloseInfo {
  const frame = frameOf(wanted);
  if (frame === null) return { code: 1006, reason: "", wasClean: false };
  return { ...frame, wasClean: true };
}

function errorsOf(wanted: End): unknown[] {
  if (wanted.kind === "lost") return ["ERR_CONNECTION_LOST"];
  if (wanted.kind !== "refused") return [];
  return [expect.toBeOneOf(wanted.codes.flatMap((code) => ERRORS[code] ?? []))];
}

/** Pongs come in the order of the pings; older ones may be left out (RFC 6455, section 5.5.3). */
function checkPongs(given: Case, pongs: readonly string[]): void {
  const { end: { kind } = OPEN, pongs: wanted = [] } = given;
  const answered = wanted.map((payload) => Buffer.from(payload).toString("latin1"));
  const all = kind === "open" ? [...answered, SENTINEL] : answered;
  const left = [...all];
  const unasked = pongs.filter((payload) => left.splice(0, left.indexOf(payload) + 1).length === 0);
  expect(unasked).toEqual([]);
  if (kind !== "open") return;
  // The first finds none that is on its way; the last is the newest; and so is the sentinel.
  expect(pongs).toEqual(
    expect.arrayContaining([...all.slice(0, 1), ...answered.slice(-1), SENTINEL]),
  );
}
