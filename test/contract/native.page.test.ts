import { inject } from "vitest";
import { createNativeDialer } from "../../src/adapter/native.ts";
import { describeContract } from "./contract.ts";

describeContract("native", {
  dialer: createNativeDialer(globalThis.WebSocket),
  server: () => inject("server"),
  has: new Set(),
});
