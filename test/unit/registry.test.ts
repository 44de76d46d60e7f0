import { expect, test } from "vitest";
import { WebSocket } from "../../src/index.ts";
import { Peer, type PeerOwner } from "../../src/server/peer.ts";
import { Registry } from "../../src/server/registry.ts";

const owner: PeerOwner = {
  rates: {
    messagesPerSecond: Number.POSITIVE_INFINITY,
    bytesPerSecond: Number.POSITIVE_INFINITY,
    readLimit: 1,
  },
  handleError() {},
  handleDrain() {},
  handleEnd() {},
};

function createPeer(): Peer {
  const peer = new Peer(owner, "127.0.0.1");
  peer.socket = WebSocket.make();
  return peer;
}

function createRegistry(count: number): [Registry, ...Peer[]] {
  const registry = new Registry();
  const peers = Array.from({ length: count }, createPeer);
  for (const peer of peers) registry.add(peer);
  return [registry, ...peers];
}

test("a registry gives whom it has by id, and all in the order in which they came", () => {
  const [registry, ...peers] = createRegistry(3);
  expect(registry.size).toBe(3);
  expect([...registry]).toEqual(peers);
  for (const peer of peers) expect(registry.get(peer.socket.id)).toBe(peer);
  expect(registry.get("nobody")).toBeUndefined();
});

test("who comes and goes behind the first look by id is found, and no longer found", () => {
  const [registry, first] = createRegistry(1);
  expect(registry.get(first?.socket.id ?? "")).toBe(first);
  const late = createPeer();
  expect(registry.get(late.socket.id)).toBeUndefined();
  registry.add(late);
  expect(registry.get(late.socket.id)).toBe(late);
  registry.remove(late);
  expect(registry.get(late.socket.id)).toBeUndefined();
});

test("who is removed is gone, once", () => {
  const [registry, first, second] = createRegistry(2);
  expect(registry.remove(first as Peer)).toBe(true);
  expect(registry.remove(first as Peer)).toBe(false);
  expect([...registry]).toEqual([second]);
});

test("a topic has its members in the order in which they joined", () => {
  const [registry, first, second, third] = createRegistry(3) as [Registry, Peer, Peer, Peer];
  for (const peer of [third, first]) expect(registry.join(peer, "news")).toBe(true);
  expect([...registry.membersOf("news")]).toEqual([third, first]);
  expect(registry.membersOf("news").has(second)).toBe(false);
});

test("joining twice is joining once, and leaving twice is leaving once", () => {
  const [registry, peer] = createRegistry(1) as [Registry, Peer];
  expect(registry.join(peer, "news")).toBe(true);
  expect(registry.join(peer, "news")).toBe(false);
  expect(registry.membersOf("news").size).toBe(1);
  expect(registry.leave(peer, "news")).toBe(true);
  expect(registry.leave(peer, "news")).toBe(false);
});

test("who has left joins again", () => {
  const [registry, peer] = createRegistry(1) as [Registry, Peer];
  registry.join(peer, "news");
  registry.leave(peer, "news");
  expect(registry.join(peer, "news")).toBe(true);
  expect([...registry.membersOf("news")]).toEqual([peer]);
});

test("who is not here does not join", () => {
  const registry = new Registry();
  const stranger = createPeer();
  expect(registry.join(stranger, "news")).toBe(false);
  registry.add(stranger);
  registry.remove(stranger);
  expect(registry.join(stranger, "news")).toBe(false);
  expect([...registry.topics()]).toEqual([]);
});

test("who is removed leaves all topics, and nobody else does", () => {
  const [registry, first, second] = createRegistry(2) as [Registry, Peer, Peer];
  for (const topic of ["a", "b", "c"]) registry.join(first, topic);
  registry.join(second, "b");
  registry.remove(first);
  expect([...registry.topics()]).toEqual(["b"]);
  expect([...registry.membersOf("b")]).toEqual([second]);
  expect(first.topics?.size).toBe(0);
});

test("a topic that nobody is in is not remembered", () => {
  const [registry, peer] = createRegistry(1) as [Registry, Peer];
  registry.join(peer, "news");
  registry.leave(peer, "news");
  expect([...registry.topics()]).toEqual([]);
  expect(registry.leave(peer, "never heard of")).toBe(false);
  expect([...registry.topics()]).toEqual([]);
});

test("topics called as what objects have are topics as any other", () => {
  const [registry, peer] = createRegistry(1) as [Registry, Peer];
  for (const topic of ["__proto__", "constructor", ""]) {
    expect(registry.membersOf(topic).size).toBe(0);
    expect(registry.join(peer, topic)).toBe(true);
    expect([...registry.membersOf(topic)]).toEqual([peer]);
  }
});
