/** Conformance: what is offered and answered about compression, and that both sides go by it
 *  (RFC 7692, section 7.1). */

import { describe, expect, test } from "vitest";
import { Compression } from "../../src/index.ts";
import type { Case } from "./case.ts";
import { conform } from "./conform.ts";
import { Deflater, type Window } from "./deflate.ts";
import { noise } from "./payloads.ts";
import { isLenient, type Strict, strict } from "./strict.ts";
import { connectPair, offerTo, type Setting } from "./subject.ts";
import { binary, type FrameSpec, RSV1 } from "./wire.ts";
import { fieldOf } from "./wire-peer.ts";

const NAME = "permessage-deflate";
/** All is compressed, so that the very first message is. */
const TAKEOVER = { compression: Compression.CONTEXT_TAKEOVER, compressionThreshold: 0 };
const ALONE = { compression: Compression.NO_CONTEXT, compressionThreshold: 0 };
const BITS = [8, 9, 10, 11, 12, 13, 14, 15];

/**
 * Messages that repeat what is just within a window of `bits`, and what is just behind it: within one message,
 * and from one to the next. Who looks back too far is told by an inflater of that window.
 */
function repeating(bits: number): Buffer[] {
  const near = noise(2 ** bits - 300 > 0 ? 2 ** bits - 300 : 200);
  const far = noise(2 ** bits + 10);
  return [near, near, Buffer.concat([near, near]), far, far, Buffer.concat([far, far, near])];
}

function pack(messages: readonly Buffer[], window: Window): FrameSpec[] {
  const deflater = new Deflater(window);
  return messages.map((message) => binary(deflater.deflate(message), { rsv: RSV1 }));
}

/** What was agreed upon: the parameters, and the windows of both directions. */
interface Agreement {
  readonly parameters: string;
  readonly server?: Window;
  readonly client?: Window;
  readonly setting?: Setting;
}

const AGREEMENTS: readonly Agreement[] = [
  { parameters: "" },
  { parameters: "; server_no_context_takeover", server: { isKept: false } },
  { parameters: "; client_no_context_takeover", client: { isKept: false } },
  {
    parameters: "; client_no_context_takeover; server_no_context_takeover",
    server: { isKept: false },
    client: { isKept: false },
  },
  ...BITS.flatMap((bits): Agreement[] => [
    { parameters: `; server_max_window_bits=${bits}`, server: { bits } },
    { parameters: `; client_max_window_bits=${bits}`, client: { bits } },
    {
      parameters: `; server_max_window_bits=${bits}; client_max_window_bits=${23 - bits}`,
      server: { bits },
      client: { bits: 23 - bits },
    },
    {
      parameters: `; server_no_context_takeover; server_max_window_bits=${bits}`,
      server: { bits, isKept: false },
    },
    {
      parameters: `; client_no_context_takeover; client_max_window_bits=${bits}`,
      client: { bits, isKept: false },
    },
  ]),
  { parameters: '; server_max_window_bits="12"', server: { bits: 12 } },
  { parameters: ";server_max_window_bits=12", server: { bits: 12 } },
  { parameters: " ; server_max_window_bits=12", server: { bits: 12 } },
];

/** Our side reads what the peer compresses by `reads`, and is held to `writes`. */
function caseOf(
  { parameters, setting = TAKEOVER }: Agreement,
  reads: Window,
  writes: Window,
): Case {
  const messages = repeating(Math.min(reads.bits ?? 15, writes.bits ?? 15));
  return {
    name: parameters,
    send: pack(messages, reads),
    delivered: messages,
    setting: { ...setting, extensions: `${NAME}${parameters}` },
    window: writes,
    cuts: { "in one piece": [] },
  };
}

conform(
  "an answer to our client is gone by",
  [
    ...AGREEMENTS,
    // What an answer does not say is not so, whatever was offered.
    { parameters: "", setting: ALONE },
    {
      parameters: "; server_no_context_takeover; client_no_context_takeover",
      server: { isKept: false },
      client: { isKept: false },
      setting: ALONE,
    },
  ].map(({ server = {}, client = {}, ...rest }) => ({
    ...caseOf(rest, server, client),
    sides: ["client"] as const,
  })),
);

conform(
  "an offer to our server is gone by",
  AGREEMENTS.map(({ server = {}, client = {}, ...rest }) => ({
    ...caseOf(rest, client, server),
    sides: ["server"] as const,
  })),
);

const oneOf = (name: string, value: string): RegExp => new RegExp(`; ${name}=${value}(;|$)`);

describe("our server's answer", () => {
  const answerTo = async (
    extensions: string,
    setting: Setting = TAKEOVER,
  ): Promise<string | null> => {
    const peer = await offerTo({ ...setting, extensions });
    await peer.end();
    expect(peer.head).toMatch(/^HTTP\/1.1 101 /);
    return fieldOf(peer.head, "sec-websocket-extensions");
  };

  test.each(BITS)("keeps to a window of %i bits that it is asked for", async (bits) => {
    const answer = await answerTo(`${NAME}; server_max_window_bits=${bits}`);
    expect(answer).toMatch(
      oneOf("server_max_window_bits", BITS.filter((each) => each <= bits).join("|")),
    );
  });

  test.each(BITS)(
    "never asks for more than %i bits of a client that offers so many",
    async (bits) => {
      const answer = await answerTo(`${NAME}; client_max_window_bits=${bits}`);
      const asked = /client_max_window_bits=(\d+)/.exec(answer ?? "")?.[1] ?? "8";
      expect(Number(asked)).toBeLessThanOrEqual(bits);
    },
  );

  test.each([
    ["", TAKEOVER],
    ["; server_max_window_bits=10", TAKEOVER],
    ["; server_no_context_takeover", ALONE],
  ])(
    "says nothing of the client's window to one that does not know of it, %j",
    async (offer, setting) => {
      expect(await answerTo(`${NAME}${offer}`, setting)).not.toContain("client_max_window_bits");
    },
  );

  test("never has client_max_window_bits without a value", async () => {
    const answer = await answerTo(`${NAME}; client_max_window_bits`);
    expect(answer).toMatch(/^permessage-deflate/);
    expect(answer).not.toMatch(/client_max_window_bits\s*(;|$)/);
  });

  test.each(["server_no_context_takeover", "client_no_context_takeover"])(
    "has %s where it was offered",
    async (name) => {
      expect(await answerTo(`${NAME}; ${name}`)).toContain(name);
    },
  );

  test("asks for no context in both directions where it is set up so", async () => {
    const answer = await answerTo(NAME, ALONE);
    expect(answer).toContain("server_no_context_takeover");
    expect(answer).toContain("client_no_context_takeover");
  });

  test("passes over extensions that it does not know", async () => {
    expect(await answerTo(`x-unknown; a=1; b, ${NAME}, x-other`)).toBe(NAME);
    expect(await answerTo("x-unknown; a=1")).toBeNull();
  });

  test("takes the first of several offers that are right", async () => {
    const answer = await answerTo(`${NAME}; server_max_window_bits=10, ${NAME}`);
    expect(answer).toMatch(oneOf("server_max_window_bits", "8|9|10"));
  });

  test("agrees to nothing where compression is off", async () => {
    expect(await answerTo(NAME, { compression: Compression.DISABLED })).toBeNull();
  });
});

/** Parameters that neither an offer nor an answer may have. */
const WRONG = [
  "unknown",
  "unknown=1",
  "server_no_context_takeover; server_no_context_takeover",
  "client_no_context_takeover; client_no_context_takeover",
  "server_max_window_bits=10; server_max_window_bits=10",
  "server_max_window_bits=10; server_max_window_bits=11",
  "client_max_window_bits=10; client_max_window_bits=10",
  "server_no_context_takeover=1",
  "server_no_context_takeover=true",
  "client_no_context_takeover=0",
  "server_max_window_bits",
  ...["server", "client"].flatMap((side) =>
    ["0", "1", "7", "16", "32", "-9", "9.5", "a", "1o", "+", "99999999999"].map(
      (value) => `${side}_max_window_bits=${value}`,
    ),
  ),
];
const NOT_DECIMAL = ["server", "client"].flatMap((side) =>
  ["08", "010", "015", "0xa", "0b1010", "0o12", "1e1", "10.0", "+10"].map(
    (value) => `${side}_max_window_bits=${value}`,
  ),
);

interface Row extends Strict {
  readonly extensions: string;
  readonly setting?: Setting;
}
const rowsOf = (parameters: readonly string[]): Row[] =>
  parameters.map((each) => ({ extensions: `${NAME}; ${each}` }));

describe("our client refuses an answer", () => {
  const rows: Row[] = [
    ...rowsOf(WRONG),
    ...strict("decimalNumbers", rowsOf(NOT_DECIMAL)),
    ...rowsOf(["client_max_window_bits"]),
    ...strict("oneAnswer", [{ extensions: `${NAME}, ${NAME}` }]),
    { extensions: "x-unknown" },
    { extensions: `${NAME}, x-unknown` },
    { extensions: `x-unknown, ${NAME}` },
    { extensions: `${NAME};` },
    { extensions: `;${NAME}` },
    { extensions: `${NAME}; =10` },
    { extensions: `${NAME}; server_max_window_bits=` },
    { extensions: `${NAME}; server_max_window_bits="10` },
    { extensions: NAME, setting: { compression: Compression.DISABLED } },
  ];

  for (const { extensions, setting = TAKEOVER, ...row } of rows) {
    const how = setting === TAKEOVER ? "" : ", compression off";
    test.skipIf(isLenient && row.strict)(`${extensions}${how}`, async () => {
      const { peer, subject } = await connectPair("client", { ...setting, extensions });
      await peer.end();
      expect(await subject.closed).toEqual({ code: 1006, reason: "", wasClean: false });
      expect([subject.isOpened, subject.errors]).toEqual([false, ["ERR_HANDSHAKE"]]);
      expect(peer.frames).toEqual([]);
    });
  }
});

describe("our server does not agree to an offer", () => {
  const rows: Row[] = [...rowsOf(WRONG), ...strict("decimalNumbers", rowsOf(NOT_DECIMAL))];

  for (const { extensions, ...row } of rows) {
    test.skipIf(isLenient && row.strict)(extensions, async () => {
      const peer = await offerTo({ ...TAKEOVER, extensions });
      await peer.end();
      // It may also refuse the handshake, which is what ws does.
      expect(peer.head).toMatch(/^HTTP\/1.1 (101|400) /);
      expect(fieldOf(peer.head, "sec-websocket-extensions")).toBeNull();
    });
  }

  for (const { extensions, ...row } of strict("declines", rowsOf(WRONG))) {
    test.skipIf(isLenient && row.strict)(`${extensions}, and takes the next`, async () => {
      const peer = await offerTo({ ...TAKEOVER, extensions: `${extensions}, ${NAME}` });
      await peer.end();
      expect(fieldOf(peer.head, "sec-websocket-extensions")).toBe(NAME);
    });
  }
});
