/** Backlog plot: the backlog of the newest frames as a line, and the capacity as a line across.
 *  It draws into an SVG that stretches with the page; coordinates are shares of its view box. */

const FRAMES = 300;
const WIDTH = 800;
const HEIGHT = 200;
const HEADROOM = 1.15;

/** What is drawn of a backlog. */
export class BacklogPlot {
  #root;
  #capacity;
  #samples = [];
  #highest = 0;

  /**
   * @param {HTMLElement} root holds the SVG's paths, marked with `data-part`
   * @param {number} capacity
   */
  constructor(root, capacity) {
    this.#root = root;
    this.#capacity = capacity;
    this.clear();
  }

  /** The highest backlog since it was cleared. */
  get highest() {
    return this.#highest;
  }

  /** Adds one frame's backlog, and draws. */
  add(backlog) {
    this.#samples.push(backlog);
    this.#highest = Math.max(this.#highest, backlog);
    if (this.#samples.length > FRAMES) this.#samples.shift();
    this.#draw();
  }

  clear() {
    this.#samples = [0];
    this.#highest = 0;
    this.#draw();
  }

  #part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }

  /** The top of the scale grows with the run, and leaves room above the capacity. */
  #toY(backlog) {
    const top = Math.max(this.#highest * HEADROOM, this.#capacity * 1.5);
    return (HEIGHT * (1 - backlog / top)).toFixed(1);
  }

  #draw() {
    const step = WIDTH / (FRAMES - 1);
    const left = WIDTH - (this.#samples.length - 1) * step;
    const points = this.#samples.map((backlog, index) => {
      return `${(left + index * step).toFixed(1)},${this.#toY(backlog)}`;
    });
    const line = points.join(" L");
    const limit = this.#toY(this.#capacity);
    this.#part("line").setAttribute("d", `M${line}`);
    this.#part("area").setAttribute("d", `M${line} L${WIDTH},${HEIGHT} L${left},${HEIGHT} Z`);
    this.#part("capacity").setAttribute("d", `M0,${limit} L${WIDTH},${limit}`);
    this.#part("capacity-label").style.bottom = `${100 - (limit / HEIGHT) * 100}%`;
  }
}
