/** The adapter of `ws` on the server's side: the contract, and what is so of an accepted socket alone. */

import { describe, expect, test } from "vitest";
import { acceptOne } from "../support/accepting.ts";
import { RecordingSink } from "../support/recording-sink.ts";
import { describeContract, EVERYTHING } from "./contract.ts";

describeContract("accepted", {
  has: EVERYTHING,
  accept: async (path, protocols, sink) => (await acceptOne(path, sink, { protocols })).adapter,
});

describe("accepted: what was never dialled", () => {
  test("is open before open is reported", async () => {
    const sink = new RecordingSink();
    const { adapter } = await acceptOne("/echo", sink);
    expect(adapter.readyState).toBe(1);
    adapter.send("early");
    expect(sink.names).toEqual([]);
    expect(await sink.next("message")).toEqual(["message", "early"]);
    expect(sink.names[0]).toBe("open");
  });

  test("may be closed before open is reported, and ends cleanly", async () => {
    const sink = new RecordingSink();
    const { adapter } = await acceptOne("/echo", sink);
    adapter.closeWith(1001, "full");
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 1001, reason: "full", wasClean: true });
    expect(sink.names).toEqual(["open", "close"]);
  });

  test("may be dropped before open is reported", async () => {
    const sink = new RecordingSink();
    const { adapter } = await acceptOne("/echo", sink);
    adapter.terminate();
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(sink.names).toEqual(["open", "close"]);
  });

  test("may pause before open is reported, and resume", async () => {
    const sink = new RecordingSink();
    const { adapter } = await acceptOne("/burst?text=held", sink);
    adapter.pause();
    await sink.next("open");
    expect(adapter.paused).toBe(true);
    adapter.resume();
    expect(await sink.next("message")).toEqual(["message", "held"]);
  });

  test("takes bytes that wait for the network before send returns", async () => {
    const sink = new RecordingSink();
    const { adapter, client, socket } = await acceptOne("/unread", sink);
    await sink.next("message");
    const received: Buffer[] = [];
    client.on("message", (data) => received.push(data as Buffer));
    adapter.send(new Uint8Array(16 * 1024 * 1024));
    expect(socket.writableLength).toBeGreaterThan(0);
    const bytes = new Uint8Array([1, 2, 3]);
    adapter.send(bytes);
    bytes.fill(9);
    client.resume();
    adapter.close(1000, "");
    await new Promise((resolve) => client.once("close", resolve));
    expect(received.at(-1)).toEqual(Buffer.from([1, 2, 3]));
  });
});
