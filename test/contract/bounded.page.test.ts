import { inject } from "vitest";
import { createBoundedDialer } from "../../src/adapter/bounded.ts";
import { createNativeDialer } from "../../src/adapter/native.ts";
import { dialStream } from "../../src/adapter/stream.ts";
import { describeContract } from "./contract.ts";

describeContract("bounded", {
  dialer: createBoundedDialer(createNativeDialer(globalThis.WebSocket), dialStream),
  server: () => inject("server"),
  has: new Set(["terminate"]),
});
