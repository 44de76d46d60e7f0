/** The server rows of the Scriptling table, and the server samples of its document against real clients. */

import { describe, expect, onTestFinished, test } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { Connection } from "../../src/connection/connection.ts";
import { connect, isBinary, isText } from "../../src/index.ts";
import type { Handler, ServerConnection } from "../../src/server/index.ts";
import { handshake, serve } from "../support/serving.ts";

/** A client of the server at `url`, closed when the test has finished. */
async function dial(url: string): Promise<Connection> {
  const connection = await connect(url);
  onTestFinished(async () => void (await connection.close()));
  return connection;
}

describe("runtime.http.websocket", () => {
  test("scriptling runtime.http.websocket: the handler gets the same Connection class as a client", async () => {
    const { sockets, url } = await serve();
    const given = new Deferred<Connection>();
    sockets.route("/chat", async (connection) => {
      given.resolve(connection);
      await connection.closed;
    });
    const client = await dial(`${url}/chat`);
    const connection = await given.promise;
    expect(connection).toBeInstanceOf(Connection);
    expect(client).toBeInstanceOf(Connection);
    expect(connection.remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test("scriptling runtime.http.websocket: the path is exact", async () => {
    const { sockets, url } = await serve();
    sockets.route("/chat", (connection) => connection.closed);
    const paths = ["/chat", "/chat/", "/Chat", "/chat/x", "/", "/chat?room=1"];
    const answers = await Promise.all(paths.map((path) => handshake(url + path)));
    expect(answers.map(({ status }) => status)).toEqual([101, 404, 404, 404, 404, 101]);
  });

  test("scriptling runtime.http.websocket: registered again, the new handler takes its place", async () => {
    const { sockets, url } = await serve();
    sockets.route("/chat", (connection) => connection.send("old"));
    sockets.route("/chat", (connection) => connection.send("new"));
    expect(await (await dial(`${url}/chat`)).receive()).toBe("new");
  });

  test("scriptling runtime.http.websocket: the connection closes with 1000 when the handler returns", async () => {
    const { sockets, url, errors } = await serve();
    sockets.route("/chat", async (connection) => {
      await connection.send("and that is all");
    });
    const client = await dial(`${url}/chat`);
    expect(await client.receive()).toBe("and that is all");
    expect(await client.closed).toEqual({ code: 1000, reason: "", wasClean: true });
    expect(errors).toEqual([]);
  });

  test("scriptling runtime.http.websocket: and with 1011 when it throws, which is told to onError alone", async () => {
    const { sockets, url, errors } = await serve();
    const error = new Error("the password is 1234");
    sockets.route("/chat", () => {
      throw error;
    });
    const client = await dial(`${url}/chat`);
    expect(await client.closed).toEqual({ code: 1011, reason: "", wasClean: true });
    expect(errors.map((told) => told.error)).toEqual([error]);
  });
});

/** `chat_handler` of the document, its module's state and all. */
function createChat(): { clients: ServerConnection[]; chatHandler: Handler } {
  const clients: ServerConnection[] = [];
  return {
    clients,
    async chatHandler(client) {
      clients.push(client);
      await client.send("Welcome to the chat!");
      try {
        while (client.connected) {
          const message = await client.receive("60s");
          if (message === null) continue;
          for (const other of clients) if (other.connected) await other.send(message);
        }
      } finally {
        clients.splice(clients.indexOf(client), 1);
      }
    },
  };
}

describe("the chat sample", () => {
  test("scriptling the chat sample: all who are there get what one says", async () => {
    const { sockets, url, errors } = await serve();
    const { clients, chatHandler } = createChat();
    sockets.route("/chat", chatHandler);
    const ann = await dial(`${url}/chat`);
    const bob = await dial(`${url}/chat`);
    for (const client of [ann, bob]) {
      expect(await client.receive()).toBe("Welcome to the chat!");
    }
    await ann.send("hello");
    await bob.sendBytes([1, 2, 3]);
    const heard = await Promise.all(
      [ann, bob].map(async (client) => [await client.receive(), await client.receive()]),
    );
    const bytes = Uint8Array.of(1, 2, 3);
    // Of two clients' messages either may come first, but to both alike where one handler waits for the other.
    for (const messages of heard) {
      expect(messages).toHaveLength(2);
      expect(messages).toEqual(expect.arrayContaining(["hello", bytes]));
    }
    expect(clients).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  test("scriptling the chat sample: who leaves is taken off the list, and the others go on", async () => {
    const { sockets, url, errors } = await serve();
    const { clients, chatHandler } = createChat();
    const returned: Deferred<void>[] = [];
    sockets.route("/chat", async (client, request) => {
      const end = new Deferred<void>();
      returned.push(end);
      await chatHandler(client, request);
      end.resolve();
    });
    const ann = await dial(`${url}/chat`);
    const bob = await dial(`${url}/chat`);
    for (const client of [ann, bob]) await client.receive();
    expect(await ann.close()).toMatchObject({ code: 1000, wasClean: true });
    await returned[0]?.promise;
    expect(clients).toHaveLength(1);
    await bob.send("anybody here?");
    expect(await bob.receive()).toBe("anybody here?");
    expect(errors).toEqual([]);
  });

  test("scriptling the chat sample: the second handler tells text from bytes", async () => {
    const { sockets, url } = await serve();
    sockets.route("/echo", async (client) => {
      while (client.connected) {
        const message = await client.receive("60s");
        if (isText(message)) await client.send(`Echo text: ${message}`);
        else if (isBinary(message)) await client.sendBytes(message);
      }
    });
    const client = await dial(`${url}/echo`);
    await client.send("words");
    await client.sendBytes([9, 8]);
    expect(await client.receive()).toBe("Echo text: words");
    expect(await client.receive()).toEqual(Uint8Array.of(9, 8));
  });

  test("scriptling the chat sample: what the document's client object has, this one has", async () => {
    const { sockets, url } = await serve();
    const seen = new Deferred<unknown[]>();
    sockets.route("/", async (client) => {
      await client.send({ type: "hello" });
      seen.resolve([client.connected, await client.receive({ timeout: 1 }), client.remoteAddress]);
      await client.close();
    });
    const client = await dial(url);
    expect(await client.receive()).toBe('{"type":"hello"}');
    expect(await seen.promise).toEqual([true, null, expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
    expect(await client.closed).toMatchObject({ code: 1000 });
  });
});
