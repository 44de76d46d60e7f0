/** Origins against a model of their own: no origin passes that a glob does not mean. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { isSameOrigin, parseOrigins } from "../../src/policy/origins.ts";

const RUNS = { numRuns: 3000 };

/** Few, so that globs and origins often meet; each with what stands for it in an origin. */
const PUNYCODE: Readonly<Record<string, string>> = { ü: "xn--tda", bücher: "xn--bcher-kva" };
const label = fc.constantFrom("a", "b", "ab", "com", "x-1", "ü", "bücher");
const scheme = fc.constantFrom("http", "https", "app");
const port = fc.constantFrom(null, 80, 443, 8080);

/** An origin by its parts, as the model knows it; `port` null for the scheme's own. */
interface Parts {
  readonly scheme: string;
  readonly labels: readonly string[];
  readonly port: number | null;
}

interface Glob {
  readonly scheme: string;
  readonly labels: readonly string[];
  readonly port: number | "*" | null;
}

const glob: fc.Arbitrary<Glob> = fc.record({
  scheme: fc.oneof(scheme, fc.constant("*")),
  labels: fc
    .tuple(
      fc.boolean(),
      fc.array(fc.oneof(label, fc.constant("*")), { minLength: 1, maxLength: 3 }),
    )
    .map(([isOpen, rest]) => (isOpen ? ["**", ...rest] : rest)),
  port: fc.oneof(port, fc.constant("*" as const)),
});

const parts: fc.Arbitrary<Parts> = fc
  .record({
    scheme,
    labels: fc.array(label, { minLength: 1, maxLength: 4 }),
    port,
  })
  .map((one) => ({ ...one, port: one.port === defaultPort(one.scheme) ? null : one.port }));

function defaultPort(of: string): number | null {
  return of === "http" ? 80 : of === "https" ? 443 : null;
}

function writeGlob({ scheme, labels, port }: Glob): string {
  // An IDN is for the schemes that have hosts of the name system.
  const written = scheme === "app" ? labels.map(toAscii) : labels;
  return `${scheme}://${written.join(".")}${port === null ? "" : `:${port}`}`;
}

function toAscii(one: string): string {
  return PUNYCODE[one] ?? one;
}

/** As a browser writes it. */
function writeOrigin({ scheme, labels, port }: Parts): string {
  return `${scheme}://${labels.map(toAscii).join(".")}${port === null ? "" : `:${port}`}`;
}

/** The model: labels one by one, from the end. */
function meansLabels(wanted: readonly string[], own: readonly string[]): boolean {
  if (wanted.length === 0 || own.length === 0) return wanted.length === own.length;
  const last = wanted[wanted.length - 1];
  if (last === "**") return true;
  if (last !== "*" && last !== own[own.length - 1]) return false;
  return meansLabels(wanted.slice(0, -1), own.slice(0, -1));
}

function means(wanted: Glob, own: Parts): boolean {
  const isScheme = wanted.scheme === "*" || wanted.scheme === own.scheme;
  const effective = own.port ?? defaultPort(own.scheme);
  const isPort =
    wanted.port === "*" || (wanted.port === null ? own.port === null : wanted.port === effective);
  return isScheme && isPort && meansLabels(wanted.labels, own.labels);
}

test("a glob admits just the origins that it means, in any case", () => {
  fc.assert(
    fc.property(glob, parts, fc.boolean(), (wanted, own, isUpper) => {
      const origin = isUpper ? writeOrigin(own).toUpperCase() : writeOrigin(own);
      expect(parseOrigins([writeGlob(wanted)])(origin)).toBe(means(wanted, own));
    }),
    RUNS,
  );
});

test("a glob made of an origin admits it, so that the model is not just of refusals", () => {
  const widen = fc.record({
    scheme: fc.boolean(),
    labels: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    open: fc.nat(3),
    port: fc.boolean(),
  });
  fc.assert(
    fc.property(parts, widen, (own, wide) => {
      const starred = own.labels.map((one, index) => (wide.labels[index] ? "*" : one));
      const cut = Math.min(wide.open, starred.length);
      const wanted: Glob = {
        scheme: wide.scheme ? "*" : own.scheme,
        labels: cut > 0 ? ["**", ...starred.slice(cut)] : starred,
        port: wide.port ? "*" : own.port,
      };
      expect(means(wanted, own)).toBe(true);
      expect(parseOrigins([writeGlob(wanted)])(writeOrigin(own))).toBe(true);
    }),
    RUNS,
  );
});

/** What somebody would make of an origin that is admitted, to get in from elsewhere. */
const ATTACKS: Readonly<Record<string, (own: Parts) => string>> = {
  userInfo: (own) => writeOrigin(own).replace("://", "://user@"),
  "host as user info": (own) => `${writeOrigin(own)}@evil.test`,
  "host as password": (own) => `${writeOrigin(own)}:x@evil.test`,
  "trailing dot": (own) => writeOrigin({ ...own, labels: [...own.labels, ""] }),
  "leading dot": (own) => writeOrigin({ ...own, labels: ["", ...own.labels] }),
  "doubled dot": (own) => writeOrigin(own).replace(/\.|$/, ".."),
  "other dot": (own) => writeOrigin(own).replace(/\.|$/, "。"),
  path: (own) => `${writeOrigin(own)}/`,
  query: (own) => `${writeOrigin(own)}?`,
  fragment: (own) => `${writeOrigin(own)}#`,
  backslash: (own) => `${writeOrigin(own)}\\.evil.test`,
  null: () => "null",
  nothing: () => "",
  "two of them": (own) => `${writeOrigin(own)}, ${writeOrigin(own)}`,
  "two without a space": (own) => `${writeOrigin(own)},${writeOrigin(own)}`,
  "two by a space": (own) => `${writeOrigin(own)} ${writeOrigin(own)}`,
  "two hosts": (own) => writeOrigin({ ...own, labels: [...own.labels, "x,evil"] }),
  "space behind": (own) => `${writeOrigin(own)} `,
  "line break": (own) => `${writeOrigin(own)}\n`,
  tab: (own) => writeOrigin(own).replace("://", ":/\t/"),
  control: (own) => `${writeOrigin(own)}\0`,
  "look-alike": (own) => `${own.scheme}://${["а", ...own.labels].join(".")}`,
  "full width": (own) =>
    writeOrigin(own)
      .replace(/[a-z]$/, "ａ")
      .replace(/\d$/, "１"),
  escape: (own) => writeOrigin(own).replace("://", "://%61"),
  "IPv6 address": ({ scheme }) => `${scheme}://[::1]`,
  "default port": (own) =>
    `${writeOrigin({ ...own, port: null })}:${defaultPort(own.scheme) ?? ""}`,
  "port with a zero": (own) => `${writeOrigin({ ...own, port: null })}:08080`,
  "no slashes": (own) => writeOrigin(own).replace("//", ""),
  "prefixed by another": (own) => `http://evil.test/${writeOrigin(own)}`,
  "blob of it": (own) => `blob:${writeOrigin(own)}/id`,
};

test.each(Object.keys(ATTACKS))("no glob admits what is no serialized origin: %s", (name) => {
  fc.assert(
    fc.property(glob, parts, (wanted, own) => {
      const attack = ATTACKS[name]?.(own) ?? "";
      expect(parseOrigins([writeGlob(wanted), "*://**:*"])(attack)).toBe(false);
      expect(isSameOrigin(attack, own.labels.join("."), own.scheme === "https")).toBe(false);
    }),
    { numRuns: 200 },
  );
});

/** Other origins, each a good one, of whoever owns a name beside that of `own`. */
const NEIGHBOURS: Readonly<Record<string, (own: Parts) => Parts>> = {
  "a label behind": (own) => ({ ...own, labels: [...own.labels, "evil"] }),
  "a label in front": (own) => ({ ...own, labels: ["evil", ...own.labels] }),
  "a longer last label": (own) => ({ ...own, labels: [...own.labels.slice(0, -1), "comevil"] }),
  "a longer first label": (own) => ({ ...own, labels: ["evilab", ...own.labels.slice(1)] }),
  "no first label": (own) => ({ ...own, labels: own.labels.slice(1) }),
  "punycode of a look-alike": (own) => ({ ...own, labels: ["xn--80a", ...own.labels.slice(1)] }),
  "another scheme": (own) => ({ ...own, scheme: "evil" }),
  "another port": (own) => ({ ...own, port: 1 }),
};

test.each(Object.keys(NEIGHBOURS))(
  "a glob without stars admits one origin alone, not %s",
  (name) => {
    fc.assert(
      fc.property(parts, (own) => {
        const other = NEIGHBOURS[name]?.(own) ?? own;
        const allows = parseOrigins([writeGlob(own)]);
        expect([allows(writeOrigin(own)), allows(writeOrigin(other))]).toEqual([true, false]);
      }),
      { numRuns: 200 },
    );
  },
);

test.each(Object.keys(NEIGHBOURS))("a glob with stars admits of %s what it means", (name) => {
  fc.assert(
    fc.property(glob, parts, (wanted, own) => {
      const other = NEIGHBOURS[name]?.(own) ?? own;
      fc.pre(other.labels.length > 0);
      expect(parseOrigins([writeGlob(wanted)])(writeOrigin(other))).toBe(means(wanted, other));
    }),
    RUNS,
  );
});

test("whatever is sent, a glob admits a host as it is written alone", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string().map((end) => `http://good.example${end}`),
    fc.string().map((middle) => `http://${middle}good.example`),
  );
  const allows = parseOrigins(["http://good.example"]);
  fc.assert(
    fc.property(text, (origin) => {
      expect(allows(origin)).toBe(/^http:\/\/good\.example$/i.test(origin));
    }),
    RUNS,
  );
});

test("the same origin is that of scheme, host and port alone", () => {
  fc.assert(
    fc.property(parts, parts, fc.boolean(), (own, other, isSecure) => {
      const host = writeOrigin(own).replace(/^.*:\/\//, "");
      const server = { ...own, scheme: isSecure ? "https" : "http" };
      const isSame =
        other.scheme === server.scheme &&
        other.labels.join(".") === server.labels.join(".") &&
        (other.port ?? defaultPort(other.scheme)) === (server.port ?? defaultPort(server.scheme));
      expect(isSameOrigin(writeOrigin(other), host, isSecure)).toBe(isSame);
      const itself = writeOrigin({
        ...server,
        port: server.port === defaultPort(server.scheme) ? null : server.port,
      });
      expect(isSameOrigin(itself, host, isSecure)).toBe(true);
    }),
    RUNS,
  );
});

test("a glob is read, or refused with a TypeError", () => {
  const piece = fc.constantFrom(
    "*",
    "**",
    "http",
    "://",
    ".",
    ":",
    "[::1]",
    "a",
    "ü",
    "/",
    "@",
    "8",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((all) => all.join("")),
      ),
      (text) => {
        try {
          parseOrigins([text])("http://a");
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          expect(error).toHaveProperty("message", expect.stringMatching(/^allowedOrigins\[0] is /));
        }
      },
    ),
    RUNS,
  );
});
