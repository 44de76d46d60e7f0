/** Sparkline: the newest round trips as a line, with the last, median and 95th percentile as numbers.
 *  It draws into an SVG that stretches with the page; coordinates are shares of its view box. */

import { formatMs } from "./format.js";
import { LatencyWindow, summarize } from "./latency.js";

const CAPACITY = 120;
const WIDTH = 600;
const HEIGHT = 100;
const MARGIN = 6;

/** Where each sample lies; the newest at the right edge, the highest near the top. */
function place(samples) {
  const highest = Math.max(...samples);
  const step = WIDTH / (CAPACITY - 1);
  const left = WIDTH - (samples.length - 1) * step;
  return samples.map((sample, index) => ({
    x: left + index * step,
    y: HEIGHT - MARGIN - (sample / highest) * (HEIGHT - 2 * MARGIN),
  }));
}

/** What is drawn of round trips. */
export class Sparkline {
  #root;
  #window = new LatencyWindow(CAPACITY);
  #isScheduled = false;

  /** @param {HTMLElement} root holds the SVG's paths and the numbers, marked with `data-part` */
  constructor(root) {
    this.#root = root;
  }

  /** Takes a round trip. Many within one frame are drawn once. */
  add(roundTripMs) {
    this.#window.add(roundTripMs);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#draw();
    });
  }

  #part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }

  #draw() {
    const { samples } = this.#window;
    const numbers = summarize(samples);
    this.#drawLine(place(samples));
    this.#part("hint").hidden = true;
    this.#part("last").textContent = formatMs(numbers.lastMs);
    this.#part("median").textContent = formatMs(numbers.medianMs);
    this.#part("p95").textContent = formatMs(numbers.p95Ms);
    this.#part("count").textContent = `${samples.length} round trips`;
  }

  #drawLine(points) {
    const line = points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" L");
    const [first] = points;
    const last = points.at(-1);
    this.#part("line").setAttribute("d", `M${line}`);
    this.#part("area").setAttribute("d", `M${line} L${last.x},${HEIGHT} L${first.x},${HEIGHT} Z`);
    // A line of no length with round ends is a dot that the stretched view box does not squeeze.
    this.#part("dot").setAttribute("d", `M${last.x},${last.y} l0.01,0`);
  }
}
