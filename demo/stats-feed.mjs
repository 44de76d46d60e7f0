/** Stats feed: what a server has done, taken once a second and sent to a topic. The last minute is kept for those
 *  who come later. */

const TOPIC = "stats";
const INTERVAL_MS = 1_000;
const KEPT_SAMPLES = 60;

function sum(counts) {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** Messages a second, to one digit behind the point. */
function rate(before, now, seconds) {
  return Math.round(((now - before) / seconds) * 10) / 10;
}

export class StatsFeed {
  #sockets;
  #samples = [];
  #last;
  #lastAtMs = performance.now();

  /** @param {import("onesocket/server").WebSockets} sockets of whom it tells, and to whom */
  constructor(sockets) {
    this.#sockets = sockets;
    this.#last = sockets.stats();
    setInterval(() => this.#sample(), INTERVAL_MS).unref();
  }

  /** Sends the last minute, and from then on each second. Rejects once the client has gone. */
  async add(connection) {
    connection.join(TOPIC);
    await connection.send({ type: "stats", samples: this.#samples });
  }

  #sample() {
    const stats = this.#sockets.stats();
    const nowMs = performance.now();
    const seconds = (nowMs - this.#lastAtMs) / 1_000;
    const sample = {
      open: stats.open,
      inPerSecond: rate(this.#last.messagesIn, stats.messagesIn, seconds),
      outPerSecond: rate(this.#last.messagesOut, stats.messagesOut, seconds),
      unsentBytes: stats.unsentBytes,
      accepted: stats.accepted,
      refused: sum(stats.refused),
      dropped: stats.dropped,
    };
    this.#last = stats;
    this.#lastAtMs = nowMs;
    this.#samples.push(sample);
    if (this.#samples.length > KEPT_SAMPLES) this.#samples.shift();
    // Who is behind misses the oldest numbers, and keeps the chat.
    const message = { type: "stats", samples: [sample] };
    this.#sockets.to(TOPIC).send(message, { overflow: "drop-oldest" });
  }
}
