/** Stats plot: messages a second, in and out, of the last minute, and the newest numbers.
 *  It draws into an SVG that stretches with the page; coordinates are shares of its view box. */

import { formatBytes, formatCount } from "./format.js";

const SAMPLES = 60;
const WIDTH = 600;
const HEIGHT = 100;
const MARGIN = 4;
/** The scale is never finer, so that a single message does not look like a flood. */
const LOWEST_TOP = 5;
const LINES = { in: "inPerSecond", out: "outPerSecond" };
const COUNTS = ["open", "inPerSecond", "outPerSecond", "accepted", "refused", "dropped"];

/** The next round number, so that the scale rests while the numbers move. */
function roundUp(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * unit).find((top) => top >= value);
}

export class StatsPlot {
  #root;
  #samples = [];

  /** @param {HTMLElement} root holds the SVG's paths and the numbers, marked with `data-part` */
  constructor(root) {
    this.#root = root;
  }

  /** Adds samples, the newest last, and draws. */
  add(samples) {
    this.#samples = [...this.#samples, ...samples].slice(-SAMPLES);
    const newest = this.#samples.at(-1);
    if (!newest) return;
    this.#draw();
    this.#show(newest);
  }

  /** Begins anew: the server tells its last minute to everyone who comes. */
  clear() {
    this.#samples = [];
  }

  #part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }

  #show(newest) {
    for (const name of COUNTS) this.#part(name).textContent = formatCount(newest[name]);
    this.#part("unsentBytes").textContent = formatBytes(newest.unsentBytes);
    this.#part("hint").hidden = true;
  }

  #draw() {
    const rates = this.#samples.flatMap(({ inPerSecond, outPerSecond }) => {
      return [inPerSecond, outPerSecond];
    });
    const top = roundUp(Math.max(LOWEST_TOP, ...rates));
    this.#part("top").textContent = `${formatCount(top)}/s`;
    for (const [line, field] of Object.entries(LINES)) this.#drawLine(line, field, top);
  }

  #drawLine(name, field, top) {
    const step = WIDTH / (SAMPLES - 1);
    const left = WIDTH - (this.#samples.length - 1) * step;
    const points = this.#samples.map((sample, index) => {
      const y = HEIGHT - MARGIN - (sample[field] / top) * (HEIGHT - 2 * MARGIN);
      return `${(left + index * step).toFixed(1)},${y.toFixed(1)}`;
    });
    const line = points.join(" L");
    this.#part(`${name}-line`).setAttribute("d", `M${line}`);
    this.#part(`${name}-area`).setAttribute(
      "d",
      `M${line} L${WIDTH},${HEIGHT} L${left},${HEIGHT} Z`,
    );
    // A line of no length with round ends is a dot that the stretched view box does not squeeze.
    this.#part(`${name}-dot`).setAttribute("d", `M${points.at(-1)} l0.01,0`);
  }
}
