/** Pings: those of the peer are reported, once they have been answered. */

import { inject, test } from "vitest";
import { defaultDialer } from "../../src/adapter/default.node.ts";
import { RecordingSink } from "../support/recording-sink.ts";

test("a ping of the peer is reported, for who wants to know that it lives", async () => {
  const sink = new RecordingSink();
  const pinged = new Promise<void>((resolve) => Object.assign(sink, { ping: resolve }));
  const adapter = defaultDialer.dial(
    { url: `${inject("server")}/ping`, protocols: [], options: {} },
    sink,
  );
  await pinged;
  adapter.terminate?.();
  await sink.next("close");
});
