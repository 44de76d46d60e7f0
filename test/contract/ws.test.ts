import { inject } from "vitest";
import { WebSocket as Ws } from "ws";
import { createWsDialer } from "../../src/adapter/ws-dialer.ts";
import { describeContract, EVERYTHING } from "./contract.ts";

describeContract("ws", {
  dialer: createWsDialer(Ws),
  server: () => inject("server"),
  has: EVERYTHING,
});
