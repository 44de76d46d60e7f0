/** Routes against a model that splits paths at their slashes and compares the segments. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { Routes } from "../../src/server/routes.ts";

/** Few words, so that paths and patterns often meet. */
const word = fc.constantFrom("a", "b", "ab", "A", "a.b", "a-b", "%C3%A4", "%2F", "a%2Fb", "");
const malformed = fc.constantFrom("%", "%zz", "%C3", "%FF", "a%2");
const parameter = fc.constantFrom(":x", ":y", ":z");

const pattern = fc
  .array(fc.oneof(word, word, parameter), { minLength: 1, maxLength: 4 })
  .filter((segments) => {
    const names = segments.filter((segment) => segment.startsWith(":"));
    return new Set(names).size === names.length;
  });
const path = fc.array(fc.oneof({ arbitrary: word, weight: 20 }, malformed), {
  minLength: 1,
  maxLength: 4,
});

/** What the pattern takes of the path; null where it doesn't match. */
function take(
  wanted: readonly string[],
  segments: readonly string[],
): Record<string, string> | null {
  if (wanted.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const one = wanted[index] ?? "";
    if (!one.startsWith(":")) {
      if (one !== segment) return null;
    } else if (segment === "") return null;
    else params[one.slice(1)] = decodeURIComponent(segment);
  }
  return params;
}

function isMalformed(segment: string): boolean {
  return /%(?![0-9A-F]{2})|%FF|%C3(?!%A4)/.test(segment);
}

/** The index of the pattern that the model chooses, and what that takes. */
function choose(
  patterns: readonly (readonly string[])[],
  segments: readonly string[],
): { readonly index: number; readonly params: object } | null {
  if (segments.some(isMalformed)) return null;
  const found = patterns.flatMap((wanted, index) => {
    const params = take(wanted, segments);
    return params === null ? [] : [{ index, params }];
  });
  const exact = found.find(({ index }) => !patterns[index]?.some((one) => one.startsWith(":")));
  return exact ?? found[0] ?? null;
}

test("find chooses as somebody would who compares segment by segment", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(pattern, { selector: (segments) => segments.join("/"), maxLength: 6 }),
      path,
      (patterns, segments) => {
        const routes = new Routes<number>();
        for (const [index, wanted] of patterns.entries()) routes.set(`/${wanted.join("/")}`, index);
        const found = routes.find(`/${segments.join("/")}`);
        const chosen = choose(patterns, segments);
        expect(found && { index: found.handler, params: { ...found.params } }).toEqual(chosen);
      },
    ),
    { numRuns: 5000 },
  );
});

test("find never throws, and set throws nothing but INVALID, whatever they are given", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom("/", ":", "*", "{", "}", "\\", "%", "2", "F", "a", "-", '"'),
    }),
  );
  fc.assert(
    fc.property(text, text, (one, pathname) => {
      const routes = new Routes<number>();
      try {
        routes.set(`/${one}`, 1);
      } catch (error) {
        expect(error).toMatchObject({ kind: "INVALID", code: "ERR_INVALID_OPTION" });
      }
      routes.set("/:a", 2);
      routes.set("/*b", 3);
      const found = routes.find(`/${pathname}`);
      expect([null, 1, 2, 3]).toContain(found?.handler ?? null);
    }),
    { numRuns: 1000 },
  );
});
