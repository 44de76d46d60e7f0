/** The demo as a program: what it prints, how it ends, and that its Node client notices a wrong echo. */

import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { type Outcome, outcome, pageUrl, portOf, startDemo, startNode } from "./demo-process.ts";

/** A program that runs one of the demo's clients against the URL that it is given. */
function clientProgram(file: string, name: string): string {
  const url = new URL(`../../demo/${file}`, import.meta.url).href;
  return `
    const { ${name} } = await import(${JSON.stringify(url)});
    await ${name}(process.argv[1]).catch((error) => {
      process.stderr.write(error.message);
      process.exitCode = 1;
    });`;
}

describe("the demo's program", () => {
  test("--once prints the whole exchange and leaves nothing running", async () => {
    const { code, output, complaints } = await outcome(startDemo("0", "--once"));
    expect(complaints).toBe("");
    expect(code).toBe(0);
    const order = [
      /state +CONNECTING +ws:\/\/127\.0\.0\.1:\d+\/echo/,
      /state +OPEN/,
      /→ sent +text .*🐎/,
      /← received +text .*🐎.* ms/,
      /→ sent +json +\{"type":"greeting"/,
      /← received +json +\{"type":"greeting"/,
      /→ sent +binary +#1 Zürich 21\.50 °C = 00 00 00 01 40 35 80/,
      /← received +binary +#1 Zürich 21\.50 °C/,
      /← received +binary +#2 Oymyakon -40\.25 °C/,
      /measured +latency +200 round trips: median .* ms, p95 .* ms/,
      /state +CLOSING/,
      /state +CLOSED +1000 "that was all", clean/,
      /state +connected +127\.0\.0\.1:\d+/,
      /→ sent +text .*📬/,
      /← received +text .*📬.* ms/,
      /select +after +nothing came within 25ms/,
      /select +message .*📬/,
      /← received +for await +number 1, number 2, number 3/,
      /state +closed +1000 "that was all"/,
      /failed +ECONNREFUSED +.*ECONNREFUSED/,
      /failed +HTTP 404 +.*404/,
    ];
    const lines = output.split("\n");
    const places = order.map((pattern) => lines.findIndex((line) => pattern.test(line)));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(output).not.toContain("Page");
  });

  test("a PORT that is no port ends it with a reason and exit code 1", async () => {
    for (const port of ["http", "-1", "65536", "80.5"]) {
      const { code, complaints } = await outcome(startDemo(port, "--once"));
      expect(complaints).toContain(`PORT is "${port}", must be 0..65535`);
      expect(code).toBe(1);
    }
  });

  test("an unknown argument ends it with a reason and exit code 1", async () => {
    const { code, complaints } = await outcome(startDemo("0", "--twice"));
    expect(complaints).toContain("--twice is unknown");
    expect(code).toBe(1);
  });

  test("a PORT that is taken ends it with a reason and exit code 1", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = String(portOf(server));
    const { code, complaints } = await outcome(startDemo(port, "--once"));
    server.close();
    expect(complaints).toContain(`PORT ${port} is taken`);
    expect(code).toBe(1);
  });

  test("a default port that is taken gives way to a free one, and a line says so", async () => {
    const server = createServer();
    // Where another program has the port already, that is as good.
    await new Promise<void>((resolve) => {
      server.once("error", () => resolve());
      server.listen(8080, "127.0.0.1", () => resolve());
    });
    const { code, output } = await outcome(startDemo(undefined, "--once"));
    server.close();
    expect(output).toContain("port 8080 is taken, so a free one is used");
    expect(code).toBe(0);
  });

  test("SIGINT and SIGTERM end it cleanly while it serves the page", async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const child = startDemo("0");
      const ended = outcome(child);
      await pageUrl(child);
      child.kill(signal);
      expect(await ended).toMatchObject({ code: 0, complaints: "" });
    }
  });
});

describe("the demo's Node clients", () => {
  const NODE_CLIENT = clientProgram("node-client.mjs", "runNodeClient");
  const PULL_CLIENT = clientProgram("pull-client.mjs", "runPullClient");
  let server: WebSocketServer;

  async function clientOutcome(program: string): Promise<Outcome> {
    const url = `ws://127.0.0.1:${portOf(server)}/`;
    return outcome(startNode(["--input-type=module", "--eval", program, url], undefined));
  }

  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
  });

  afterEach(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });

  test("the one that listens fails with the reason when an echo is wrong", async () => {
    server.on("connection", (socket) => {
      socket.on("message", () => socket.send("something else"));
    });
    const { code, complaints } = await clientOutcome(NODE_CLIENT);
    expect(complaints).toBe('the text came back as "something else"');
    expect(code).toBe(1);
  });

  test("it fails with the reason when one byte of a record is wrong", async () => {
    server.on("connection", (socket) => {
      socket.on("message", (data: Buffer, isBinary) => {
        if (isBinary) data.writeInt32BE(7, 0);
        socket.send(data, { binary: isBinary });
      });
    });
    const { code, complaints } = await clientOutcome(NODE_CLIENT);
    expect(complaints).toBe("the record came back as #7 Zürich 21.50 °C");
    expect(code).toBe(1);
  });

  test("it fails with the code and the reason when the server closes instead of answering", async () => {
    server.on("connection", (socket) => {
      socket.on("message", () => socket.close(1011, "no more echoes"));
    });
    const { code, complaints } = await clientOutcome(NODE_CLIENT);
    expect(complaints).toBe('the connection closed with 1011 "no more echoes"');
    expect(code).toBe(1);
  });

  test("the one that awaits fails with the reason when an echo is wrong", async () => {
    server.on("connection", (socket) => {
      socket.on("message", () => socket.send("something else"));
    });
    const { code, complaints } = await clientOutcome(PULL_CLIENT);
    expect(complaints).toBe('receive gave "something else"');
    expect(code).toBe(1);
  });

  test("it fails with the reason when a message comes unasked", async () => {
    server.on("connection", (socket) => {
      socket.on("message", (data, isBinary) => {
        socket.send(data, { binary: isBinary });
        if (String(data).startsWith("{")) socket.send("more");
      });
    });
    const { code, complaints } = await clientOutcome(PULL_CLIENT);
    expect(complaints).toBe('a message came unasked: {"type":"text","data":"more"}');
    expect(code).toBe(1);
  });

  test("it fails with the reason when the server closes instead of answering", async () => {
    server.on("connection", (socket) => {
      socket.on("message", () => socket.close(1011, "no more echoes"));
    });
    const { code, complaints } = await clientOutcome(PULL_CLIENT);
    expect(complaints).toBe("receive gave null");
    expect(code).toBe(1);
  });
});
