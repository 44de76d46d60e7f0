/** Echo session: one socket at a time, what is sent over it, and which answer is the echo of what.
 *  It knows nothing of the page; all that happens is reported to its observer. */

import { formatRecord, shorten, toHex } from "./format.js";
import { RECORD_BYTES, readRecord, writeRecord } from "./record.js";

const { WebSocket, ByteBuffer, ReadyState } = globalThis.OneSocket;

const STATE_NAMES = Object.keys(ReadyState);
const MAX_AWAITED = 1_000;
const SHOWN_CHARACTERS = 160;
const SHOWN_BYTES = 16;
const encoder = new TextEncoder();

/** Whether two payloads are the same text or the same bytes. */
function isEqual(a, b) {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function countBytes(payload) {
  return typeof payload === "string" ? encoder.encode(payload).length : payload.length;
}

function preview(payload) {
  return typeof payload === "string"
    ? shorten(payload, SHOWN_CHARACTERS)
    : toHex(payload, SHOWN_BYTES);
}

/**
 * What a session reports.
 *
 * @typedef {object} SessionObserver
 * @property {(entry: LogEntry) => void} entry something happened
 * @property {() => void} change the state or the amount buffered may be another
 * @property {(roundTripMs: number) => void} roundTrip an echo came
 *
 * @typedef {object} LogEntry
 * @property {"sent" | "received" | "state" | "error"} direction
 * @property {string} kind text, json, binary, or the name of the event
 * @property {string} detail
 * @property {number} [bytes] size of the payload
 * @property {number} [roundTripMs] for an echo, how long it took
 */

/** The page's connection. */
export class EchoSession {
  #observer;
  #socket = null;
  /** What was sent and has not come back, oldest first. */
  #awaited = [];
  #outgoing = new ByteBuffer(RECORD_BYTES);
  #sequence = 0;

  /** @param {SessionObserver} observer */
  constructor(observer) {
    this.#observer = observer;
  }

  /** The name of the socket's state; CLOSED before the first connection. */
  get state() {
    return STATE_NAMES[this.#socket?.readyState ?? ReadyState.CLOSED];
  }

  get bufferedAmount() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /**
   * Starts to connect.
   *
   * @param {string} url
   * @throws {DOMException} SyntaxError when `url` is no WebSocket URL
   */
  connect(url) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#awaited = [];
    socket.addListener("open", () => this.#note("state", "open", `connected to ${socket.url}`));
    socket.addListener("message", (_event, data) => this.#handleMessage(data));
    socket.addListener("close", (_event, info) => this.#handleClose(info));
    socket.onerror = ({ message }) => this.#note("error", "error", message);
    this.#note("state", "connect", socket.url);
  }

  disconnect() {
    this.#socket.close(1000, "the visitor is done");
    this.#note("state", "close", "saying goodbye");
  }

  sendText(text) {
    this.#send("text", text, preview(text));
  }

  sendJson(value) {
    const text = JSON.stringify(value);
    this.#send("json", text, preview(text));
  }

  /** Sends a measurement through the one outgoing `ByteBuffer`. */
  sendRecord(temperature, place) {
    this.#sequence += 1;
    const record = { sequence: this.#sequence, temperature, place };
    writeRecord(this.#outgoing, record);
    // The buffer may be overwritten as soon as it is sent; what is awaited must stay.
    const bytes = this.#outgoing.bytes.slice();
    this.#await({ kind: "binary", payload: bytes, isRecord: true });
    this.#socket.sendBytes(this.#outgoing);
    this.#note("sent", "binary", `${formatRecord(record)} = ${preview(bytes)}`, bytes.length);
  }

  sendBytes(bytes) {
    this.#send("binary", bytes, preview(bytes));
  }

  /** Sends `count` messages, each after the echo of the one before, and logs them as one entry. */
  async measure(count) {
    let echoes = 0;
    while (echoes < count && this.state === "OPEN" && (await this.#ping(`ping ${echoes}`))) {
      echoes += 1;
    }
    this.#note("state", "measure", `${echoes} of ${count} round trips, one after the other`);
  }

  /** Resolves with whether the echo came before the close. */
  #ping(payload) {
    return new Promise((resolve) => {
      this.#await({ kind: "text", payload, resolve });
      this.#socket.send(payload);
    });
  }

  #send(kind, payload, detail) {
    this.#await({ kind, payload });
    this.#socket.send(payload);
    this.#note("sent", kind, detail, countBytes(payload));
  }

  #await(message) {
    this.#awaited.push({ ...message, sentAt: performance.now() });
    if (this.#awaited.length > MAX_AWAITED) this.#awaited.shift().resolve?.(false);
  }

  /** The message that `payload` is the echo of, taken off the list. Other servers may send anything. */
  #takeAwaited(payload) {
    const [oldest] = this.#awaited;
    return oldest && isEqual(oldest.payload, payload) ? this.#awaited.shift() : undefined;
  }

  #handleMessage(data) {
    const receivedAt = performance.now();
    const payload = typeof data === "string" ? data : data.bytes;
    const sent = this.#takeAwaited(payload);
    const roundTripMs = sent && receivedAt - sent.sentAt;
    if (sent) this.#observer.roundTrip(roundTripMs);
    if (sent?.resolve) {
      sent.resolve(true);
      return;
    }
    const kind = sent?.kind ?? (typeof data === "string" ? "text" : "binary");
    const detail = sent?.isRecord ? formatRecord(readRecord(data)) : preview(payload);
    const bytes = countBytes(payload);
    this.#observer.entry({ direction: "received", kind, detail, bytes, roundTripMs });
    this.#observer.change();
  }

  #handleClose({ code, reason, wasClean }) {
    const detail = `${code} ${reason && `“${reason}” `}· ${wasClean ? "clean" : "not clean"}`;
    for (const { resolve } of this.#awaited.splice(0)) resolve?.(false);
    this.#note("state", "closed", detail);
  }

  #note(direction, kind, detail, bytes) {
    this.#observer.entry({ direction, kind, detail, bytes });
    this.#observer.change();
  }
}
