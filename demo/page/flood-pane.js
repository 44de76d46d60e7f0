/** Pull pane, the channel: joins its controls to a slow consumer, and shows frame by frame what becomes of the
 *  flood: consumed, waiting in the channel, or not read yet. */

import { BacklogPlot } from "./backlog-plot.js";
import { onPress, showBadge, switchButton } from "./controls.js";
import { formatCount } from "./format.js";
import { CAPACITY, SlowConsumer } from "./slow-consumer.js";

const FLOOD = 2_000;
const EXPLANATIONS = {
  IDLE: "Start a flood: the server sends 2,000 messages of 8 KiB as fast as they are taken.",
  READING: "There is room in the channel, so the socket is read.",
  PAUSED:
    "The channel was full, so the socket rests: what is left waits on its way, and at the server.",
  OVER: "The channel is full, but a page can't stop its WebSocket: whatever comes piles up here.",
  DONE: "All 2,000 messages were consumed, each once and in order.",
};

const byId = (id) => document.getElementById(id);

/** The pane, of which there is one. */
class FloodPane {
  #url;
  #consumer = new SlowConsumer();
  #plot = new BacklogPlot(byId("flood-plot"), CAPACITY);
  #transport = "socket";
  #isPaused = false;
  /** Why the last flood failed. */
  #failure = "";

  constructor(url) {
    this.#url = url;
    const slider = byId("flood-delay");
    const setDelay = () => {
      this.#consumer.delayMs = slider.valueAsNumber;
      byId("flood-delay-shown").textContent = `${slider.value} ms`;
    };
    slider.addEventListener("input", setDelay);
    onPress(byId("flood-start"), () => void this.#run());
    onPress(byId("flood-stop"), () => this.#consumer.stop());
    setDelay();
    this.#show();
  }

  async #run() {
    this.#transport = document.querySelector('[name="transport"]:checked').value;
    this.#plot.clear();
    this.#isPaused = false;
    this.#failure = "";
    const running = this.#consumer.run(this.#url, { count: FLOOD, transport: this.#transport });
    this.#watch();
    try {
      await running;
    } catch (error) {
      this.#failure = error.message;
    }
  }

  /** Looks at the consumer in every frame until it is done. */
  #watch() {
    this.#plot.add(this.#consumer.backlog);
    this.#show();
    if (this.#consumer.isRunning) requestAnimationFrame(() => this.#watch());
  }

  /** A full channel stops reading, a half empty one starts it again; a page's WebSocket always reads. */
  #judge() {
    const { consumed, backlog, isRunning } = this.#consumer;
    if (!isRunning) return consumed === FLOOD ? "DONE" : "IDLE";
    const isFull = backlog >= CAPACITY;
    if (this.#transport === "socket") return isFull ? "OVER" : "READING";
    this.#isPaused = isFull || (this.#isPaused && backlog * 2 > CAPACITY);
    return this.#isPaused ? "PAUSED" : "READING";
  }

  #show() {
    const { consumed, backlog, received, isRunning } = this.#consumer;
    const state = this.#judge();
    showBadge(byId("flood-state"), state);
    byId("flood-explanation").textContent = this.#failure || EXPLANATIONS[state];
    byId("flood-explanation").dataset.failed = String(this.#failure !== "");
    this.#showShare("consumed", consumed);
    this.#showShare("backlog", backlog);
    this.#showShare("unread", consumed || isRunning ? FLOOD - received : 0);
    byId("flood-received").textContent = formatCount(received);
    byId("flood-highest").textContent = formatCount(this.#plot.highest);
    switchButton(byId("flood-start"), !isRunning);
    switchButton(byId("flood-stop"), isRunning);
    byId("flood-transport").disabled = isRunning;
  }

  #showShare(name, count) {
    byId(`flood-${name}-bar`).style.flexGrow = String(count);
    byId(`flood-${name}`).textContent = formatCount(count);
  }
}

/** Leaves the choice where there is one. */
function checkTransports() {
  const isSupported = "WebSocketStream" in globalThis;
  byId("transport-stream").disabled = !isSupported;
  byId("transport-missing").hidden = isSupported;
  byId(isSupported ? "transport-stream" : "transport-socket").checked = true;
}

/** @param {string} floodUrl where to ask for a flood */
export function startFloodPane(floodUrl) {
  checkTransports();
  byId("flood-capacity").textContent = formatCount(CAPACITY);
  return new FloodPane(floodUrl);
}
