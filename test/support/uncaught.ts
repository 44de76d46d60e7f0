/** Uncaught: errors that nobody catches, for a test that expects them. */

import { EventEmitter, once } from "node:events";
import { onTestFinished } from "vitest";

/** Takes the errors that nobody catches, until the test has finished; who is told of them otherwise is not. */
export function takeUncaught(): {
  readonly thrown: unknown[];
  until(count: number): Promise<void>;
} {
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  onTestFinished(() => {
    process.removeAllListeners("uncaughtException");
    for (const other of others) process.on("uncaughtException", other);
  });
  const thrown: unknown[] = [];
  const heard = new EventEmitter();
  process.on("uncaughtException", (error) => {
    thrown.push(error);
    heard.emit("error thrown");
  });
  return {
    thrown,
    async until(count) {
      while (thrown.length < count) await once(heard, "error thrown");
    },
  };
}
