import { afterEach, describe, expect, test } from "vitest";
import { isSocketError } from "../../src/errors.ts";
import type { Condition, PolicyRequest } from "../../src/policy/conditions.ts";
import {
  createGuard,
  createPolicy,
  denyPrivateNetworks,
  type Policy,
  type Statement,
  setDefaultPolicy,
} from "../../src/policy/policy.ts";

const URL_ACTION = "websocket.connect.url";
const GOOD = new URL("wss://good.example/chat?room=1");
const allowAll: Statement = { effect: "allow", actions: "*", resources: "*" };
const denyAll: Statement = { effect: "deny", actions: "*", resources: "*" };

/** Statements as a file of JSON may have them: of no type. */
function createUnchecked(statements: unknown): Policy {
  return createPolicy(statements as Statement[]);
}

/** The error of a guard that refuses `url`, or undefined. */
function refusal(guard: { admitUrl(url: URL): void }, url = GOOD): unknown {
  try {
    guard.admitUrl(url);
    return undefined;
  } catch (error) {
    return error;
  }
}

function allows(statements: readonly Statement[], request: Partial<PolicyRequest> = {}): boolean {
  return createPolicy(statements).evaluate({
    action: URL_ACTION,
    resource: GOOD.href,
    url: GOOD,
    ...request,
  });
}

afterEach(() => setDefaultPolicy(null));

describe("wippy permissions", () => {
  test("wippy permissions: any deny wins, else any allow, else denied", () => {
    expect(allows([allowAll])).toBe(true);
    expect(allows([allowAll, denyAll, allowAll])).toBe(false);
    expect(allows([denyAll])).toBe(false);
    expect(allows([])).toBe(false);
  });

  test("wippy permissions: websocket.connect allows or denies connections, its resource is *", () => {
    const urlAlone = createPolicy([
      { effect: "allow", actions: "websocket.*", resources: "wss://good.example" },
    ]);
    expect(refusal(createGuard(urlAlone))).toMatchObject({
      kind: "PERMISSION_DENIED",
      code: "ERR_POLICY_DENIED",
      retryable: false,
      details: { action: "websocket.connect" },
      message: "connect wss://good.example/chat: a policy denies websocket.connect",
    });
  });

  test("wippy permissions: websocket.connect.url allows or denies connections to URLs", () => {
    const policy = createPolicy([
      { effect: "allow", actions: "websocket.connect", resources: "*" },
      { effect: "allow", actions: URL_ACTION, resources: ["wss://good.example", "ws://h:1"] },
    ]);
    const guard = createGuard(policy);
    expect(refusal(guard)).toBeUndefined();
    expect(refusal(guard, new URL("ws://h:1/a"))).toBeUndefined();
    const error = refusal(guard, new URL("wss://me:secret@evil.test/a?token=secret"));
    expect(isSocketError(error, "PERMISSION_DENIED")).toBe(true);
    expect(error).toMatchObject({
      code: "ERR_POLICY_DENIED",
      retryable: false,
      details: { action: URL_ACTION },
      message: "connect wss://evil.test/a: a policy denies websocket.connect.url",
    });
  });

  test("wippy permissions: without any policy all is allowed", () => {
    expect(refusal(createGuard(undefined))).toBeUndefined();
    expect(createGuard(undefined).deniesPrivateNetworks).toBe(false);
  });

  test("wippy permissions: setDefaultPolicy is for those that are given none", () => {
    setDefaultPolicy(createPolicy([denyAll]));
    expect(refusal(createGuard(undefined))).toMatchObject({ code: "ERR_POLICY_DENIED" });
    expect(refusal(createGuard(createPolicy([allowAll])))).toBeUndefined();
    setDefaultPolicy(null);
    expect(refusal(createGuard(undefined))).toBeUndefined();
  });

  test("wippy permissions: statements hold only under their conditions", () => {
    const statement: Statement = {
      ...allowAll,
      conditions: [
        { field: "meta.user.role", operator: "eq", value: "admin" },
        { field: "url.hostname", operator: "eq", value: "good.example" },
      ],
    };
    expect(allows([statement], { meta: { user: { role: "admin" } } })).toBe(true);
    expect(allows([statement], { meta: { user: { role: "guest" } } })).toBe(false);
    expect(allows([statement], { meta: { user: { role: "admin" } }, url: new URL("ws://h") })).toBe(
      false,
    );
  });
});

describe("a guard", () => {
  test("asks all policies, and all must allow", () => {
    const [yes, no] = [createPolicy([allowAll]), createPolicy([])];
    expect(refusal(createGuard([yes, yes]))).toBeUndefined();
    expect(refusal(createGuard([yes, no]))).toBeDefined();
    setDefaultPolicy([yes, no]);
    expect(refusal(createGuard(undefined))).toBeDefined();
  });

  test("keeps the policy that it began with", () => {
    const guard = createGuard(undefined);
    setDefaultPolicy(createPolicy([]));
    expect(refusal(guard)).toBeUndefined();
  });

  test("asks for websocket.connect first, then for the URL, with meta", () => {
    const asked: PolicyRequest[] = [];
    const spy: Policy = {
      deniesPrivateNetworks: false,
      evaluate: (request) => asked.push(request) > 0,
    };
    createGuard(spy, { tenant: 1 }).admitUrl(GOOD);
    expect(asked).toEqual([
      { action: "websocket.connect", resource: "*", url: GOOD, meta: { tenant: 1 } },
      { action: URL_ACTION, resource: GOOD.href, url: GOOD, meta: { tenant: 1 } },
    ]);
  });

  test("takes nothing but true for a yes", () => {
    const late = { deniesPrivateNetworks: false, evaluate: () => Promise.resolve(true) };
    const unchecked = late as unknown as Policy;
    expect(refusal(createGuard(unchecked))).toMatchObject({ code: "ERR_POLICY_DENIED" });
  });

  test("denies private networks when one of its policies does", () => {
    const policy = createPolicy([allowAll]);
    expect(policy.deniesPrivateNetworks).toBe(false);
    expect(createGuard([policy, denyPrivateNetworks]).deniesPrivateNetworks).toBe(true);
    expect(refusal(createGuard(denyPrivateNetworks))).toBeUndefined();
  });
});

describe("actions", () => {
  test.each([
    ["*", true],
    ["websocket.*", true],
    ["websocket.connect*", true],
    ["websocket.connect.url", true],
    ["*.url", true],
    ["websocket.connect", false],
    ["websocket", false],
    ["websocketxconnect.url", false],
    ["Websocket.*", false],
    ["", false],
  ])("%j meaning websocket.connect.url: %s", (actions, expected) => {
    expect(allows([{ ...allowAll, actions }])).toBe(expected);
    expect(allows([{ ...allowAll, actions: ["other", actions] }])).toBe(expected);
  });

  test("of an empty list mean nothing", () => {
    expect(allows([{ ...allowAll, actions: [] }])).toBe(false);
  });
});

describe("a policy", () => {
  test("reads the URL from the resource when it has none", () => {
    const policy = createPolicy([
      { ...allowAll, conditions: [{ field: "url.hostname", operator: "eq", value: "h" }] },
    ]);
    expect(policy.evaluate({ action: URL_ACTION, resource: "https://H./" })).toBe(true);
    expect(policy.evaluate({ action: "websocket.connect", resource: "*" })).toBe(false);
    expect(() => policy.evaluate({ action: URL_ACTION, resource: "ftp://h" })).toThrow(
      expect.objectContaining({ name: "SyntaxError" }),
    );
  });

  test("leaves the URL that it is asked about as it is", () => {
    const url = new URL("wss://good.example./");
    expect(allows([{ ...allowAll, resources: "wss://good.example" }], { url })).toBe(true);
    expect(url.href).toBe("wss://good.example./");
  });

  test("does not change when its statements do", () => {
    const value = ["good.example"];
    const matcher = /^good/;
    const conditions: Condition[] = [
      { field: "url.hostname", operator: "in", value },
      { field: "url.hostname", operator: "matches", value: matcher },
    ];
    const statement = { ...allowAll, resources: ["wss://good.example"], conditions };
    const policy = createPolicy([statement]);
    const ask = (): boolean => policy.evaluate({ action: URL_ACTION, resource: GOOD.href });
    value.length = statement.resources.length = conditions.length = 0;
    matcher.exec = () => null;
    expect(ask()).toBe(true);
    value.push("evil.test");
    expect(policy.evaluate({ action: URL_ACTION, resource: "wss://evil.test" })).toBe(false);
  });
});

describe("a statement that makes no sense is refused by its index", () => {
  test.each<[string, object | null]>([
    ['effect "alow" is not one of allow, deny', { effect: "alow" }],
    ['effect "undefined" is not one of', { effect: undefined }],
    ['resource is "h", must be * or scheme://host[:port][/path]', { resources: ["*", "h"] }],
    ['resource is "undefined"', { resources: undefined }],
    ["statements[1]", { actions: undefined }],
    ["statements[1]", { actions: [5] }],
    ["statements[1]", { conditions: {} }],
    ["statements[1]", { conditions: [null] }],
    ["statements[1]", null],
    ['"user.role eq 1"', { conditions: [{ field: "user.role", operator: "eq", value: 1 }] }],
    ['"meta. eq 1"', { conditions: [{ field: "meta.", operator: "eq", value: 1 }] }],
    ['"meta eq 1"', { conditions: [{ field: "meta", operator: "eq", value: 1 }] }],
    ['"url.hostnme eq h"', { conditions: [{ field: "url.hostnme", operator: "eq", value: "h" }] }],
    ['"meta.a like b"', { conditions: [{ field: "meta.a", operator: "like", value: "b" }] }],
    ['"meta.a nlt 1"', { conditions: [{ field: "meta.a", operator: "nlt", value: 1 }] }],
    ['"meta.a neq 1"', { conditions: [{ field: "meta.a", operator: "neq", value: 1 }] }],
    ["constructor", { conditions: [{ field: "meta.a", operator: "constructor", value: 1 }] }],
    ['"meta.a eq undefined"', { conditions: [{ field: "meta.a", operator: "eq" }] }],
    ["matches undefined", { conditions: [{ field: "meta.a", operator: "matches" }] }],
    [
      "Invalid regular expression",
      { conditions: [{ field: "meta.a", operator: "matches", value: "(" }] },
    ],
  ])("%s: %o", (reason, changes) => {
    const statement = changes && { ...allowAll, ...changes };
    expect(() => createUnchecked([denyAll, statement])).toThrow(
      expect.objectContaining({
        kind: "INVALID",
        code: "ERR_INVALID_POLICY",
        message: expect.stringContaining("createPolicy: statements[1]: "),
      }),
    );
    expect(() => createUnchecked([denyAll, statement])).toThrow(reason);
  });
});

describe("a condition", () => {
  const meta = {
    role: "admin",
    age: 30,
    none: null,
    tags: ["a", "b"],
    user: { name: "x", tags: [1] },
    on: true,
  };

  /** Whether it holds; for a deny statement it is the same, which then denies. */
  function holds(condition: Condition): boolean {
    const isAllowed = allows([{ ...allowAll, conditions: [condition] }], { meta });
    const denying: Statement = { ...denyAll, conditions: [condition] };
    expect(allows([allowAll, denying], { meta })).toBe(!isAllowed);
    return isAllowed;
  }

  test.each<[Condition["field"], Condition["operator"], unknown, boolean]>([
    ["action", "eq", URL_ACTION, true],
    ["resource", "eq", GOOD.href, true],
    ["url.protocol", "eq", "wss:", true],
    ["url.host", "eq", "good.example", true],
    ["url.hostname", "eq", "good.example", true],
    ["url.port", "eq", "", true],
    ["url.pathname", "eq", "/chat", true],
    ["url.search", "eq", "?room=1", true],
    ["url.origin", "eq", "wss://good.example", true],
    ["meta.user.name", "eq", "x", true],
    ["meta.tags.1", "eq", "b", true],
    ["meta.none", "eq", null, true],
    ["meta.age", "eq", "30", false],
    ["meta.age", "ne", "30", true],
    ["meta.age", "ne", 30, false],
    ["meta.age", "lt", 31, true],
    ["meta.age", "lt", 30, false],
    ["meta.age", "lte", 30, true],
    ["meta.age", "gt", 29, true],
    ["meta.age", "gt", 30, false],
    ["meta.age", "gte", 30, true],
    ["meta.role", "lt", "b", true],
    ["meta.role", "gte", "b", false],
    ["meta.age", "lt", "31", false],
    ["meta.age", "gt", "29", false],
    ["meta.age", "lte", "30", false],
    ["meta.age", "gte", "30", false],
    ["meta.none", "lte", 0, false],
    ["meta.role", "in", ["guest", "admin"], true],
    ["meta.role", "in", ["guest"], false],
    ["meta.role", "in", "admins", false],
    ["meta.role", "nin", ["guest"], true],
    ["meta.role", "nin", ["admin"], false],
    ["meta.role", "exists", undefined, true],
    ["meta.none", "exists", undefined, true],
    ["meta.role", "nexists", undefined, false],
    ["meta.role", "contains", "dmi", true],
    ["meta.role", "contains", "x", false],
    ["meta.tags", "contains", "a", true],
    ["meta.user.tags", "contains", "1", false],
    ["meta.tags", "ncontains", "c", true],
    ["meta.tags", "ncontains", "a", false],
    ["meta.age", "contains", 3, false],
    ["meta.age", "ncontains", 3, true],
    ["meta.role", "matches", "^adm", true],
    ["meta.role", "matches", /ADMIN$/i, true],
    ["meta.role", "matches", "^min", false],
    ["meta.role", "matches", /min/y, false],
    ["meta.role", "nmatches", "^adm", false],
    ["meta.role", "nmatches", "^min", true],
    ["meta.age", "matches", "30", false],
    ["meta.age", "nmatches", "30", true],
    ["meta.tags", "matches", "a", false],
  ])("%s %s %o holds: %s", (field, operator, value, expected) => {
    expect(holds({ field, operator, value })).toBe(expected);
  });

  test.each<[Condition["operator"], unknown, boolean]>([
    ["nexists", undefined, true],
    ["ne", "x", true],
    ["nin", ["x", undefined], true],
    ["in", ["x", undefined], false],
    ["nin", ["x"], true],
    ["ncontains", "x", true],
    ["nmatches", "", true],
    ["exists", undefined, false],
    ["eq", "undefined", false],
    ["in", ["x"], false],
    ["contains", "", false],
    ["matches", "", false],
    ["lt", 1, false],
    ["gt", -1, false],
    ["lte", "", false],
    ["gte", "", false],
  ])("on a missing field: %s %o holds: %s", (operator, value, expected) => {
    expect(holds({ field: "meta.missing", operator, value })).toBe(expected);
    expect(holds({ field: "meta.missing.deeper", operator, value })).toBe(expected);
  });

  test.each(["meta.constructor", "meta.toString", "meta.__proto__", "meta.user.constructor.name"])(
    "sees nothing that %s would inherit",
    (field) => {
      expect(holds({ field, operator: "exists" })).toBe(false);
    },
  );

  test("sees no field of a meta that is missing", () => {
    const statement: Statement = {
      ...allowAll,
      conditions: [{ field: "meta.a", operator: "exists" }],
    };
    expect(allows([statement])).toBe(false);
  });

  test.each([/good/g, /good/y, /good/gy])("with %o gives the same answer each time", (value) => {
    const policy = createPolicy([
      { ...allowAll, conditions: [{ field: "url.hostname", operator: "matches", value }] },
    ]);
    const ask = (): boolean => policy.evaluate({ action: URL_ACTION, resource: GOOD.href });
    expect([ask(), ask(), ask()]).toEqual([true, true, true]);
    expect(value.lastIndex).toBe(0);
  });
});

test("setDefaultPolicy refuses what is no policy, undefined too, and keeps the one that holds", () => {
  for (const wrong of [undefined, {}, "allow", [null]]) {
    expect(() => setDefaultPolicy(wrong as never)).toThrow(
      /setDefaultPolicy: policy is .*a policy/,
    );
  }
});

test("createPolicy names the statement also where there is none", () => {
  expect(() => createPolicy(undefined as never)).toThrow(/createPolicy: statements\[0\]/);
});
