/** Policies against a model of their own: no URL is admitted that a pattern does not mean. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { createPolicy, type Statement } from "../../src/policy/policy.ts";

const ACTION = "websocket.connect.url";
const ALLOW_ALL: Statement = { effect: "allow", actions: "*", resources: "*" };
const RUNS = { numRuns: 2000 };

/** Few letters, so that patterns and URLs often meet. */
const label = fc.constantFrom("a", "b", "ab", "x-1", "ü", "com");
const segment = fc.constantFrom("a", "b", "ab", "a.b", "ü", "");
const port = fc.constantFrom("", ":80", ":443", ":8080");

interface Pattern {
  readonly scheme: string;
  readonly labels: readonly string[];
  readonly port: string;
  readonly segments: readonly string[] | null;
}

const pattern: fc.Arbitrary<Pattern> = fc.record({
  scheme: fc.constantFrom("ws", "wss", "*"),
  labels: fc
    .tuple(
      fc.option(fc.constant("**"), { nil: undefined }),
      fc.array(fc.oneof(label, fc.constant("*")), { minLength: 1, maxLength: 3 }),
    )
    .map(([any, rest]) => (any === undefined ? rest : [any, ...rest])),
  port: fc.oneof(port, fc.constant(":*")),
  segments: fc.option(
    fc.array(fc.oneof(segment, fc.constantFrom("*", "**")), { minLength: 1, maxLength: 3 }),
  ),
});

function write({ scheme, labels, port: written, segments }: Pattern): string {
  const path = segments === null ? "" : `/${segments.join("/")}`;
  return `${scheme}://${labels.join(".")}${written}${path}`;
}

/** A text as somebody would write it who wants to get past a pattern. */
const trick = fc.constantFrom(
  "@",
  "%40",
  "\\",
  "%5C",
  "%2F",
  "%2e",
  "%2E%2e/",
  "../",
  "./",
  "//",
  "?",
  ":",
  ":443",
  "。",
  ".",
  "\t",
  "%61",
  "A",
  "ws://a.com",
  "%",
  "%ff",
  "*",
  "a@",
);

const url = fc
  .record({
    scheme: fc.constantFrom("ws", "wss", "WSS", "http", "https"),
    userInfo: fc.constantFrom("", "", "a.com@", "a.com:443@", "a:b@"),
    labels: fc.array(fc.oneof(label, trick), { minLength: 1, maxLength: 4 }),
    dot: fc.constantFrom("", "", ".", "。"),
    port,
    segments: fc.array(fc.oneof(segment, trick), { maxLength: 4 }),
  })
  .map((parts) => {
    const origin = `${parts.scheme}://${parts.userInfo}${parts.labels.join(".")}${parts.dot}`;
    return `${origin}${parts.port}/${parts.segments.join("/")}`;
  })
  .map(parse)
  .filter((parsed) => parsed !== null)
  // Nothing is called just dots.
  .filter((parsed) => /[^.]/.test(parsed.hostname));

function parse(text: string): URL | null {
  try {
    const parsed = new URL(text);
    return new URL(parsed.href.replace(/^http/, "ws"));
  } catch {
    return null;
  }
}

function labelsOf(host: string): string[] {
  return host.replace(/\.+$/, "").split(".");
}

/** Whether the labels of a host are those that a pattern means, compared one by one from the end. */
function meansHost(wanted: readonly string[], hostname: string): boolean {
  const [first = "", ...rest] = wanted;
  const labels = labelsOf(hostname);
  const isOpen = first === "**";
  const own = isOpen ? labels.slice(labels.length - rest.length) : labels;
  const listed = isOpen ? rest : wanted;
  if (isOpen ? labels.length <= rest.length : labels.length !== wanted.length) return false;
  return listed.every(
    (one, index) => one === "*" || new URL(`ws://${one}`).hostname === own[index],
  );
}

function effectivePort({ port: own, protocol }: URL): string {
  return own === "" ? (protocol === "wss:" ? "443" : "80") : own;
}

function meansPort(wanted: string, parsed: URL): boolean {
  if (wanted === ":*") return true;
  return wanted === "" ? parsed.port === "" : effectivePort(parsed) === wanted.slice(1);
}

/** Whether the segments of a path are those of a pattern; `**` is any number of them, one at least. */
function meansPath(wanted: readonly string[], own: readonly string[]): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return own.length === 0;
  if (first === "**") return own.some((_, index) => meansPath(rest, own.slice(index + 1)));
  if (own.length === 0 || (first !== "*" && first !== own[0])) return false;
  return meansPath(rest, own.slice(1));
}

/** The segments of a path in one reading, or null where there are two. */
function segmentsOf({ pathname }: URL): string[] | null {
  try {
    const segments = pathname.slice(1).split("/").map(decodeURIComponent);
    const isPlain = segments.slice(0, -1).every((one) => one !== "");
    return isPlain && !segments.some((one) => /[/\\]/.test(one)) ? segments : null;
  } catch {
    return null;
  }
}

/** What the pattern means; "unclear" where servers may read the path in two ways. */
function verdict(wanted: Pattern, parsed: URL): boolean | "unclear" {
  const isScheme = wanted.scheme === "*" || `${wanted.scheme}:` === parsed.protocol;
  if (!isScheme || !meansHost(wanted.labels, parsed.hostname)) return false;
  if (!meansPort(wanted.port, parsed)) return false;
  if (wanted.segments === null) return true;
  const segments = segmentsOf(parsed);
  return segments === null ? "unclear" : meansPath(wanted.segments, segments);
}

/** Neither the parser's business (a path of dots) nor the model's (an empty label or segment inside). */
const modelled = pattern.filter(({ segments }) => {
  const inner = segments?.slice(0, -1) ?? [];
  return !inner.includes("");
});

test("an allow admits just the URLs that its pattern means", () => {
  fc.assert(
    fc.property(modelled, url, (wanted, parsed) => {
      const policy = createPolicy([{ ...ALLOW_ALL, resources: write(wanted) }]);
      const isAllowed = policy.evaluate({ action: ACTION, resource: parsed.href });
      expect(isAllowed).toBe(verdict(wanted, parsed) === true);
    }),
    RUNS,
  );
});

test("a deny refuses just the URLs that its pattern means, and those that are unclear", () => {
  fc.assert(
    fc.property(modelled, url, (wanted, parsed) => {
      const policy = createPolicy([
        ALLOW_ALL,
        { effect: "deny", actions: "*", resources: write(wanted) },
      ]);
      const isAllowed = policy.evaluate({ action: ACTION, resource: parsed.href });
      // Without a port a deny means all of them.
      const meant = { ...wanted, port: wanted.port || ":*" };
      expect(isAllowed).toBe(verdict(meant, parsed) === false);
    }),
    RUNS,
  );
});

test("a URL that was made for a pattern is often meant by it, so that these properties say something", () => {
  const verdicts = fc
    .sample(fc.tuple(modelled, url), { numRuns: 5000, seed: 1 })
    .map(([wanted, parsed]) => verdict(wanted, parsed));
  expect(verdicts.filter((one) => one === true).length).toBeGreaterThan(50);
  expect(verdicts.filter((one) => one === "unclear").length).toBeGreaterThan(50);
});

test("whatever is written for a host, an allow admits that host alone", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const parsed = parse(`wss://good.example${text}`);
      const policy = createPolicy([{ ...ALLOW_ALL, resources: "wss://good.example:*" }]);
      fc.pre(parsed !== null && parsed.hash === "" && !parsed.href.endsWith("#"));
      const isAllowed = policy.evaluate({ action: ACTION, resource: parsed.href });
      expect(isAllowed).toBe(labelsOf(parsed.hostname).join(".") === "good.example");
    }),
    RUNS,
  );
});

test("a pattern is read, or refused with a typed error", () => {
  const pieces = fc.array(
    fc.oneof(trick, label, fc.constantFrom("*", "**", "wss://", "/", "[::1]")),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        pieces.map((all) => all.join("")),
      ),
      (resources) => {
        try {
          createPolicy([{ ...ALLOW_ALL, resources }]);
        } catch (error) {
          expect(error).toMatchObject({ kind: "INVALID", code: "ERR_INVALID_POLICY" });
        }
      },
    ),
    RUNS,
  );
});
