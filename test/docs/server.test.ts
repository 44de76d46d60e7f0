/** What docs/server.md and README.md say of onesocket/server is what there is: options and their defaults,
 *  members, counts, channels. Options and counts are types, so they are read from the sources. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Connection } from "../../src/connection/connection.ts";
import { ServerConnection } from "../../src/server/server-connection.ts";
import { Topic } from "../../src/server/topic.ts";
import { PendingUpgrade } from "../../src/server/upgrade.ts";
import { WebSockets } from "../../src/server/websockets.ts";
import { SERVER_NAMES } from "../architecture/public-names.ts";
import { ROOT, readDocuments } from "./documents.ts";

const documents = new Map(readDocuments().map(({ path, text }) => [path, text]));
const server = documents.get("docs/server.md") ?? "";
const readme = documents.get("README.md") ?? "";

function readSource(name: string): string {
  return readFileSync(join(ROOT, "src/server", `${name}.ts`), "utf8");
}

/** The fields of an interface, each with the `@default` of its comment, or `""`. */
function fieldsOf(source: string, name: string): Map<string, string> {
  const [, body = ""] =
    new RegExp(`^export interface ${name}\\b.*?\\{$(.*?)^\\}$`, "ms").exec(source) ?? [];
  const fields = new Map<string, string>();
  for (const [, comment = "", field = ""] of body.matchAll(
    /(\/\*\*(?:(?!\*\/).)*\*\/\n)?^ {2}readonly (\w+)\??:/gms,
  )) {
    const [, value = ""] = /@default (.*?)(?::.*)?(?:\s*\*\/)?$/m.exec(comment) ?? [];
    fields.set(field, value.trim());
  }
  return fields;
}

/** The rows of all tables whose first column is headed so: cells by their column's head. */
function rowsOf(text: string, head: string): Record<string, string>[] {
  const rows: Record<string, string>[] = [];
  let heads: string[] = [];
  for (const line of text.split("\n")) {
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (cells.length === 0) heads = [];
    else if (heads.length === 0) heads = cells;
    else if (heads[0] === head && !/^-+$/.test(cells[0] ?? "")) {
      rows.push(Object.fromEntries(heads.map((name, index) => [name, cells[index] ?? ""])));
    }
  }
  return rows;
}

/** The names in code style at the start of each row, or in its whole first cell. */
function namesIn(rows: readonly Record<string, string>[], head: string): string[] {
  return rows.flatMap((row) => (row[head] ?? "").match(/(?<=`)[\w:]+(?=[`( ])/g) ?? []);
}

function membersOf(owner: object): string[] {
  return Object.getOwnPropertyNames(owner).filter((name) => name !== "constructor");
}

/** The fields and getters of the one class in a source, but those marked as internal. */
function publicMembersOf(source: string): string[] {
  const [, body = ""] = source.split(/^export class /m);
  const found = body.matchAll(
    /(\/\*\*.*\*\/\n)? {2}(?:readonly |get )?(\w+)(?:: .*;|\(\): .* \{)$/gm,
  );
  return [...found].flatMap(([, comment = "", name = ""]) =>
    comment.includes("@internal") ? [] : [name],
  );
}

const upgradeOptions = new Map([
  ...fieldsOf(readSource("origin-check"), "OriginOptions"),
  ...fieldsOf(readSource("upgrade-options"), "UpgradeOptions"),
]);
const allOptions = new Map([
  ...upgradeOptions,
  ...fieldsOf(readSource("websockets-options"), "WebSocketsOptions"),
]);
const rows = rowsOf(server, "option");

describe("the options of docs/server.md", () => {
  test("are found in the sources", () => {
    expect([upgradeOptions.size, allOptions.size]).toEqual([13, 24]);
  });

  test("are all that there are, and no others", () => {
    const listed = [...namesIn(rows, "option"), "onError"];
    expect(listed.sort()).toEqual([...allOptions.keys()].sort());
  });

  test("have the defaults of the sources", () => {
    const wrong = rows.filter(({ option = "", default: value = "" }) => {
      const wanted = allOptions.get(option.replaceAll("`", ""))?.replaceAll("`", "");
      return value.replaceAll("`", "") !== wanted;
    });
    expect(wrong).toEqual([]);
    expect(server).toContain(`default: ${allOptions.get("onError")}`);
  });

  test("say which of them upgrade takes", () => {
    const limits = rows.filter(({ of }) => of !== undefined);
    const wrong = limits.filter(({ option = "", of = "" }) => {
      return of.includes("`upgrade`") !== upgradeOptions.has(option.replaceAll("`", ""));
    });
    expect(wrong).toEqual([]);
  });
});

describe("docs/server.md", () => {
  const spans = [...server.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  const words = new Set(spans.flatMap((span) => span.match(/\w+/g) ?? []));

  test.each([
    ["WebSockets", membersOf(WebSockets.prototype)],
    ["Topic", membersOf(Topic.prototype)],
    ["PendingUpgrade", membersOf(PendingUpgrade.prototype)],
    ["ServerConnection", membersOf(ServerConnection.prototype)],
  ])("names every member of %s", (_class, members) => {
    expect(members.length).toBeGreaterThan(2);
    expect(members.filter((name) => !words.has(name))).toEqual([]);
  });

  test("lists every public member of a request, and no other", () => {
    const [, section = ""] = server.split(/^## The request$/m);
    const [table = ""] = section.split(/^## /m);
    const members = publicMembersOf(readSource("upgrade-request"));
    expect(members.length).toBeGreaterThan(5);
    expect(namesIn(rowsOf(table, "member"), "member").sort()).toEqual(members.sort());
  });

  test("lists every count of stats, and no other", () => {
    const fields = [...fieldsOf(readSource("stats"), "SocketStats").keys()];
    expect(namesIn(rowsOf(server, "field"), "field")).toEqual(fields);
  });

  test("lists every diagnostics channel, and no other", () => {
    const channels = [...readSource("diagnostics").matchAll(/channel\("(.+)"\)/g)].map((m) => m[1]);
    expect(channels.length).toBeGreaterThan(5);
    expect(namesIn(rowsOf(server, "channel"), "channel").sort()).toEqual(channels.sort());
  });
});

describe("README.md", () => {
  test("names every public name of onesocket/server, types too", () => {
    const exported = [...readSource("index").matchAll(/^export (?:type )?\{([^}]+)\}/gm)];
    const names = exported.flatMap((match) => (match[1] ?? "").match(/[A-Za-z]\w+/g) ?? []);
    const wanted = names.filter((name) => name !== "type");
    expect(wanted).toEqual(expect.arrayContaining([...SERVER_NAMES]));
    expect(wanted.filter((name) => !new RegExp(`\`${name}\\b`).test(readme))).toEqual([]);
  });

  test("names every member of WebSockets, and what a handler's connection has besides", () => {
    const members = [...membersOf(WebSockets.prototype), ...membersOf(ServerConnection.prototype)];
    const inherited = membersOf(Connection.prototype);
    const own = members.filter((name) => !inherited.includes(name));
    const missing = own.filter((name) => !new RegExp(`\`(?:[^\`\\n]* )?${name}\\b`).test(readme));
    expect(missing).toEqual([]);
  });
});
