/** Conditions: what a statement of a policy asks of the action, the URL and the caller's `meta`. */

/** What a policy is asked. */
export interface PolicyRequest {
  /** `websocket.connect` or `websocket.connect.url`. */
  readonly action: string;
  /** `*` for `websocket.connect`, the URL for `websocket.connect.url`. */
  readonly resource: string;
  /** The URL to be dialled. @default `resource`, unless that is `*` */
  readonly url?: URL | undefined;
  /** What the caller of `connect` gave as `meta`. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/** One thing that a statement asks of a request. */
export interface Condition {
  /**
   * `action`, `resource`, a part of the parsed URL (`url.protocol`, `url.host`, `url.hostname`, `url.port`,
   * `url.pathname`, `url.search`, `url.origin`), or a path of own properties into `meta`: `meta.user.role`.
   */
  readonly field: string;
  /** Of a field that is missing only `nexists`, `ne`, `nin`, `ncontains` and `nmatches` hold. */
  readonly operator: Operator;
  /**
   * Not needed for `exists` and `nexists`. An array for `in` and `nin`; a RegExp or its source for `matches`
   * and `nmatches`; for `lt`, `gt`, `lte` and `gte` of the type of the field, or they don't hold.
   */
  readonly value?: unknown;
}

/** How a condition compares. */
export type Operator =
  | ("eq" | "ne" | "lt" | "gt" | "lte" | "gte" | "in" | "nin" | "exists" | "nexists")
  | ("contains" | "ncontains" | "matches" | "nmatches");

type Test = (actual: unknown) => boolean;

const FIELD =
  /^(action|resource|url\.(protocol|host(name)?|port|pathname|search|origin)|meta\..+)$/;

/**
 * Makes the test of a field, which is undefined where it is missing, by the value as it is now: whatever becomes
 * of the caller's list or RegExp. `Object` takes off the type.
 */
const TESTS: Readonly<Record<string, (value: unknown) => Test>> = {
  exists: () => (actual) => actual !== undefined,
  eq: (value) => (actual) => actual === value,
  ne: (value) => (actual) => actual !== value,
  lt: (value) => (actual) => isAlike(actual, value) && Object(actual) < Object(value),
  gt: (value) => (actual) => isAlike(actual, value) && Object(actual) > Object(value),
  lte: (value) => (actual) => isAlike(actual, value) && Object(actual) <= Object(value),
  gte: (value) => (actual) => isAlike(actual, value) && Object(actual) >= Object(value),
  in(value) {
    const list = [value].flat();
    return (actual) => actual !== undefined && list.includes(actual);
  },
  // Strings and arrays have it.
  contains: (value) => (actual) => !!Object(actual).includes?.(value),
  matches(value) {
    const pattern = new RegExp(Object(value));
    // Unlike `test` it has no memory of the last match.
    return (actual) => typeof actual === "string" && actual.search(pattern) >= 0;
  },
};

/**
 * Makes the function that tells whether a condition holds.
 *
 * @throws {TypeError | SyntaxError} for an unknown field or operator, a missing value, a bad RegExp
 */
export function parseCondition(condition: Condition): (request: PolicyRequest) => boolean {
  const { field, operator, value } = condition;
  // With this n in front, each holds just when the one without does not.
  const name = operator.replace(/^n(?=ex|in|co|ma)/, "");
  const create = Object.hasOwn(TESTS, name) && TESTS[name];
  if (!create || !FIELD.test(field) || (name !== "exists" && value === undefined)) {
    throw new TypeError(`condition "${field} ${operator} ${value}" is none`);
  }
  const test = create(value);
  return (request) => test(readField(request, field)) === (name === operator);
}

/** The field, or undefined; what `meta` inherits is none of its own. */
function readField(request: PolicyRequest, field: string): unknown {
  return field.split(".").reduce<unknown>((value, key) => {
    const isThere = value instanceof URL || Object.hasOwn(Object(value), key);
    return isThere ? Object(value)[key] : undefined;
  }, request);
}

function isAlike(actual: unknown, value: unknown): boolean {
  return typeof actual === typeof value;
}
