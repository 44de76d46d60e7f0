/** The demo's chat server and clients that are no page of it: wrong, too fast, too large, from elsewhere. */

import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { type Connection, connect } from "../../src/index.ts";
import { type DemoProcess, pageUrl, startDemo } from "./demo-process.ts";

/** What the server tells; each type has some of them. */
interface Told {
  readonly type: string;
  readonly reason?: string;
  readonly text?: string;
  readonly id?: string;
  readonly person?: { readonly id: string; readonly name: string };
  readonly people?: readonly { readonly name: string }[];
  readonly messages?: readonly { readonly text: string }[];
}

describe("the demo's chat server", () => {
  let demo: DemoProcess;
  let url: string;

  beforeAll(async () => {
    demo = startDemo("0");
    url = `${(await pageUrl(demo)).replace("http", "ws")}chat`;
  });

  afterAll(async () => {
    const exited = once(demo, "exit");
    demo.kill("SIGTERM");
    // Whatever the clients did, the server has lived to the end.
    expect(await exited).toEqual([0, null]);
  });

  async function open(): Promise<Connection> {
    const connection = await connect(url);
    onTestFinished(async () => void (await connection.close()));
    return connection;
  }

  /** The next message that is not the server's numbers. */
  async function next(connection: Connection): Promise<Told> {
    for (;;) {
      const told: Told = JSON.parse(`${await connection.receive("10s")}`);
      if (told?.type !== "stats") return told;
    }
  }

  async function join(name: string, room: string): Promise<Connection> {
    const connection = await open();
    await connection.send({ type: "join", name, room });
    expect(await next(connection)).toMatchObject({ type: "joined", room });
    return connection;
  }

  const LOBBY = { type: "join", name: "Ada", room: "lobby" };

  test.each([
    ["no JSON", "{", "the message is no JSON"],
    ["bytes", new Uint8Array([123, 125]), "the message is binary, must be text"],
    ["null", "null", "type is unknown, must be one of join, say"],
    ["a name of the prototype", { type: "constructor" }, "type is unknown"],
    ["a list", [1, 2], "type is unknown"],
    ["no name", { ...LOBBY, name: 7 }, "name is number, must be 1 to 24 characters"],
    ["a blank name", { ...LOBBY, name: " \n" }, "name is 0 characters"],
    ["a long name", { ...LOBBY, name: "é".repeat(25) }, "name is 25 characters"],
    ["a name with a bell", { ...LOBBY, name: "A\u0007da" }, "name has a control character"],
    ["an invisible name", { ...LOBBY, name: "\u2066\u200b" }, "nothing that can be seen"],
    ["an unknown room", { ...LOBBY, room: "cellar" }, "must be one of lobby, kitchen, garden"],
    ["a room that is none", { ...LOBBY, room: ["lobby"] }, "room is unknown"],
    ["a text outside", { type: "say", text: "hello" }, "you are in no room yet"],
    ["a long text", { type: "say", text: "a".repeat(501) }, "text is 501 characters"],
    ["no text", { type: "say" }, "text is undefined, must be 1 to 500 characters"],
  ])("%s is answered by what is wrong, and the next request is heard", async (_what, data, why) => {
    const connection = await open();
    await connection.send(data);
    const { type, reason } = await next(connection);
    expect(type).toBe("refused");
    expect(reason).toContain(why);
    await connection.send(LOBBY);
    expect(await next(connection)).toMatchObject({ type: "joined", people: [{ name: "Ada" }] });
  });

  test("who asks for an unknown room stays where he is", async () => {
    const ada = await join("Ada", "garden");
    await ada.send({ ...LOBBY, room: "cellar" });
    expect(await next(ada)).toMatchObject({ type: "refused" });
    await ada.send({ type: "say", text: "still in the garden" });
    expect(await next(ada)).toMatchObject({ type: "said", text: "still in the garden" });
  });

  test("a message says who spoke by what the server knows, whatever the client claims", async () => {
    const ada = await join("Ada", "garden");
    const eve = await join("Eve", "garden");
    await next(ada);
    const claim = { person: { id: "1", name: "Ada" }, at: 0, extra: true };
    await eve.send({ type: "say", text: "it was me", ...claim });
    const told = await next(ada);
    expect(told).toMatchObject({ type: "said", person: { name: "Eve" }, text: "it was me" });
    expect(Object.keys(told).sort()).toEqual(["at", "person", "text", "type"]);
  });

  test("who vanishes without a goodbye has left", async () => {
    const ada = await join("Ada", "kitchen");
    const socket = new WebSocket(url);
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "join", name: "Ghost", room: "kitchen" }));
    expect(await next(ada)).toMatchObject({ type: "arrived", person: { name: "Ghost" } });
    socket.terminate();
    expect(await next(ada)).toMatchObject({ type: "left", person: { name: "Ghost" } });
  });

  test("who comes later is told the newest 50 messages", async () => {
    const told: string[] = [];
    // Each may send so many at once and no more.
    for (const name of ["first", "second", "third", "fourth"]) {
      const speaker = await join(name, "kitchen");
      for (let count = 1; count <= 15; count += 1) {
        told.push(`${name} ${count}`);
        await speaker.send({ type: "say", text: `${name} ${count}` });
        expect(await next(speaker)).toMatchObject({ type: "said", text: `${name} ${count}` });
      }
      await speaker.close();
    }
    const late = await open();
    await late.send({ ...LOBBY, room: "kitchen" });
    const { messages } = await next(late);
    expect(messages?.map(({ text }) => text)).toEqual(told.slice(-50));
  });

  test("who sends too fast or too much is closed on, and nobody else is", async () => {
    const ada = await join("Ada", "lobby");
    const fast = await open();
    for (let count = 0; count < 200; count += 1) void fast.send("x").catch(() => {});
    expect(await fast.closed).toMatchObject({ code: 1008, reason: "too many messages" });
    const large = await open();
    void large.send({ type: "say", text: "a".repeat(9_000) }).catch(() => {});
    expect(await large.closed).toMatchObject({ code: 1009 });
    await ada.send({ type: "say", text: "still here" });
    expect(await next(ada)).toMatchObject({ type: "said", text: "still here" });
  });

  test("a page of another origin gets no chat", async () => {
    const socket = new WebSocket(url, { origin: "http://elsewhere.example" });
    const [, response] = await once(socket, "unexpected-response");
    expect(response.statusCode).toBe(403);
    response.destroy();
  });
});
