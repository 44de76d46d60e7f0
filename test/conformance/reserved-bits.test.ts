/** Conformance: reserved bits (RFC 6455, section 5.2; RFC 7692, section 6). */

import { Compression } from "../../src/index.ts";
import { type Case, refused, refusedEarly } from "./case.ts";
import { conform } from "./conform.ts";
import { close, type FrameSpec, MORE, OPCODE, RSV1, text } from "./wire.ts";

const BITS = [1, 2, 3, 4, 5, 6, 7];
const OPCODES = Object.entries(OPCODE);
const DEFLATE = { compression: Compression.CONTEXT_TAKEOVER, extensions: "permessage-deflate" };

/** A continuation has to continue something. */
const before = (opcode: number): FrameSpec[] =>
  opcode === OPCODE.CONTINUATION ? [text("a", MORE)] : [];

function frameOf(opcode: number, rsv: number, content: string): FrameSpec {
  if (opcode !== OPCODE.CLOSE) return { opcode, rsv, payload: Buffer.from(content) };
  return content === "" ? { opcode, rsv } : close(1000, content, { rsv });
}

const rows = OPCODES.flatMap(([name, opcode]) => BITS.map((rsv) => ({ name, opcode, rsv })));

conform(
  "a reserved bit, nothing agreed upon",
  rows.flatMap(({ name, opcode, rsv }): Case[] =>
    ["", "Hello"].map((content) => ({
      name: `${rsv} on ${name} of ${content.length} bytes`,
      send: [...before(opcode), frameOf(opcode, rsv, content)],
      end: refused(1002),
    })),
  ),
);

conform(
  "a reserved bit, compression agreed upon",
  rows
    .filter(
      ({ opcode, rsv }) => rsv !== RSV1 || (opcode !== OPCODE.TEXT && opcode !== OPCODE.BINARY),
    )
    .map(({ name, opcode, rsv }) => ({
      name: `${rsv} on ${name}`,
      send: [...before(opcode), frameOf(opcode, rsv, "Hello")],
      end: refused(1002),
      setting: DEFLATE,
    })),
);

conform(
  "a reserved bit, by the head alone",
  BITS.map((rsv) => ({
    name: `${rsv} on text`,
    send: [{ ...text("", { rsv }), claimed: 100n }],
    end: refusedEarly(1002),
  })),
);

conform("a reserved bit behind a message", [
  {
    name: "the message is delivered",
    send: [text("first"), text("second", { rsv: 4 })],
    delivered: ["first"],
    end: refused(1002),
  },
]);
