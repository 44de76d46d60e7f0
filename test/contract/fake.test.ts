import { createFakeDialer, type FakePeer } from "../support/fake-dialer.ts";
import { describeContract, EVERYTHING } from "./contract.ts";

/** The test server's paths, as far as the contract uses them, in memory. */
function script(peer: FakePeer): void {
  const { pathname, searchParams } = new URL(`${peer.request.url}`);
  const close = (): void =>
    peer.close(Number(searchParams.get("code") ?? 1005), searchParams.get("reason") ?? "");
  if (pathname === "/silent") return;
  if (pathname === "/nowhere") {
    peer.drop("handshake refused: 404 Not Found");
    return;
  }
  peer.accept(searchParams.get("choose") ?? [...(peer.request.protocols as string[])][0] ?? "");
  peer.onMessage = (data) => {
    if (pathname === "/echo") peer.send(toWellFormed(data));
    if (pathname === "/close-after-message") close();
    if (pathname === "/terminate-after-message") peer.drop();
    if (pathname !== "/unread") peer.read();
    else if (typeof data === "string") peer.read(data.length);
    for (let left = Number(searchParams.get("count")); left > 0; left -= 1) peer.send("flood");
  };
  peer.onPing = (payload) => peer.pong(payload);
  for (const text of searchParams.getAll("text")) setTimeout(() => peer.send(text));
  if (pathname === "/close") close();
  if (pathname === "/burst" && searchParams.has("close")) setTimeout(() => peer.close());
}

function toWellFormed(data: string | Uint8Array): string | Uint8Array {
  return typeof data === "string" ? new TextDecoder().decode(new TextEncoder().encode(data)) : data;
}

describeContract("fake", {
  dialer: createFakeDialer(script),
  server: () => "ws://fake",
  has: EVERYTHING,
});
