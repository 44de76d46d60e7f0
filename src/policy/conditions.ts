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

type Test = (actual: unknown, value: unknown) => boolean;

const FIELD =
  /^(action|resource|url\.(protocol|host(name)?|port|pathname|search|origin)|meta\..+)$/;

/** Whether a field, undefined where it is missing, is as the value asks. `Object` takes off the type. */
const TESTS: Readonly<Record<string, Test>> = {
  exists: (actual) => actual !== undefined,
  eq: (actual, value) => actual === value,
  ne: (actual, value) => actual !== value,
  lt: (actual, value) => isAlike(actual, value) && Object(actual) < Object(value),
  gt: (actual, value) => isAlike(actual, value) && Object(actual) > Object(value),
  lte: (actual, value) => isAlike(actual, value) && Object(actual) <= Object(value),
  gte: (actual, value) => isAlike(actual, value) && Object(actual) >= Object(value),
  in: (actual, value) => actual !== undefined && Object(value).includes(actual),
  // Strings and arrays have it.
  contains: (actual, value) => !!Object(actual).includes?.(value),
  // Unlike `test` it has no memory of the last match.
  matches: (actual, value) => typeof actual === "string" && actual.search(Object(value)) >= 0,
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
  const test = Object.hasOwn(TESTS, name) && TESTS[name];
  if (!test || !FIELD.test(field) || (name !== "exists" && value === undefined)) {
    throw new TypeError(`condition "${field} ${operator} ${value}" is none`);
  }
  const kept = keep(name, value);
  return (request) => test(readField(request, field), kept) === (name === operator);
}

/** The value as it is now, whatever becomes of the caller's list or RegExp. */
function keep(name: string, value: unknown): unknown {
  if (name === "matches") return new RegExp(value instanceof RegExp ? value : `${value}`);
  return name === "in" ? [value].flat() : value;
}

/** The field, or undefined; what `meta` inherits is none of its own. */
function readField(request: PolicyRequest, field: string): unknown {
  let value: unknown = request;
  for (const key of field.split(".")) {
    const isThere = value instanceof URL || Object.hasOwn(Object(value), key);
    value = isThere ? Object(value)[key] : undefined;
  }
  return value;
}

function isAlike(actual: unknown, value: unknown): boolean {
  return typeof actual === typeof value;
}
