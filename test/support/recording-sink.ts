/** RecordingSink: keeps what an adapter reports, and lets a test wait for it. */

import type { AdapterSink, CloseInfo } from "../../src/adapter/adapter.ts";
import type { SocketError } from "../../src/errors.ts";

/** A report: its name and what came with it. */
export type Report =
  | ["open"]
  | ["message", string | Uint8Array]
  | ["pong", Uint8Array]
  | ["drain"]
  | ["error", SocketError]
  | ["close", CloseInfo];

type Name = Report[0];
type ReportOf<N extends Name> = Extract<Report, [N, ...unknown[]]>;

export class RecordingSink implements AdapterSink {
  separateTasks = false;
  readonly reports: Report[] = [];
  #wake: () => void = () => {};
  readonly #taken = new Map<Name, number>();

  open(): void {
    this.#add(["open"]);
  }
  message(data: string | Uint8Array): void {
    this.#add(["message", typeof data === "string" ? data : new Uint8Array(data)]);
  }
  pong(payload: Uint8Array): void {
    this.#add(["pong", new Uint8Array(payload)]);
  }
  drain(): void {
    this.#add(["drain"]);
  }
  error(error: SocketError): void {
    this.#add(["error", error]);
  }
  close(info: CloseInfo): void {
    this.#add(["close", info]);
  }

  /** The names of what was reported so far. */
  get names(): Name[] {
    return this.reports.map(([name]) => name);
  }

  /** Resolves with the next report of this name, those asked for before left out. */
  async next<N extends Name>(name: N): Promise<ReportOf<N>> {
    const index = this.#taken.get(name) ?? 0;
    this.#taken.set(name, index + 1);
    for (;;) {
      const found = this.reports.filter((report): report is ReportOf<N> => report[0] === name)[
        index
      ];
      if (found) return found;
      await new Promise<void>((resolve) => {
        const before = this.#wake;
        this.#wake = () => {
          before();
          resolve();
        };
      });
    }
  }

  #add(report: Report): void {
    this.reports.push(report);
    const wake = this.#wake;
    this.#wake = () => {};
    wake();
  }
}
