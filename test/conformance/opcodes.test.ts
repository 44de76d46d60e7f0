/** Conformance: opcodes that mean nothing (RFC 6455, section 5.2). */

import { type Case, refused, refusedEarly } from "./case.ts";
import { conform } from "./conform.ts";
import { MORE, next, ping, text } from "./wire.ts";

const RESERVED = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];

conform(
  "a reserved opcode",
  RESERVED.flatMap((opcode) =>
    [true, false].flatMap((fin) =>
      ["", "Hello"].map((content): Case => {
        const how = `${fin ? "final" : "not final"}, of ${content.length} bytes`;
        const frame = { opcode, fin, payload: Buffer.from(content) };
        return { name: `${opcode}, ${how}`, send: [frame], end: refused(1002) };
      }),
    ),
  ),
);

conform(
  "a reserved opcode between fragments",
  RESERVED.flatMap((opcode) =>
    [true, false].map((fin) => ({
      name: `${opcode}, ${fin ? "final" : "not final"}`,
      send: [text("a", MORE), { opcode, fin }, next("b")],
      end: refused(1002),
    })),
  ),
);

conform(
  "a reserved opcode behind a message",
  RESERVED.map((opcode) => ({
    name: `${opcode}: what came before is delivered`,
    send: [text("before"), { opcode }, ping("behind")],
    delivered: ["before"],
    end: refused(1002),
  })),
);

conform(
  "a reserved opcode, by the head alone",
  RESERVED.map((opcode) => ({
    name: `${opcode}`,
    send: [{ opcode, claimed: 100n }],
    end: refusedEarly(1002),
  })),
);
