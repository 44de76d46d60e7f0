/** Option checks: each option of the server by itself, and all problems in one error. */

import { parseDuration, WANTED_DURATION } from "../base/duration.ts";
import { invalidOption, SocketError } from "../errors.ts";

/** Says what a value must be, when it is not; null when it is right. It may throw an INVALID error of its own. */
export type Check = (value: unknown) => string | null;

export const isFunction: Check = (value) => (typeof value === "function" ? null : "a function");

export const isText: Check = (value) => (typeof value === "string" ? null : "a string");

export const isBoolean: Check = (value) => (typeof value === "boolean" ? null : "true or false");

export const isDuration: Check = (value) => (parseDuration(value) >= 0 ? null : WANTED_DURATION);

/** A whole number of `min` or more, or `Infinity` for no limit. */
export function isCount(min: number): Check {
  return (value) => {
    const isWhole = Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY;
    return isWhole && Number(value) >= min ? null : `an integer of ${min} or more, or Infinity`;
  };
}

/** A whole number of `min` to `max`. */
export function isWithin(min: number, max: number): Check {
  return (value) => {
    const fits = Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
    return fits ? null : `an integer, ${min}..${max}`;
  };
}

function problemOf(actor: string, [name, value]: [string, unknown], check?: Check): string | null {
  if (!check) return `there is no option "${name}"`;
  try {
    const wanted = check(value);
    return wanted === null ? null : invalidOption(name, show(value), wanted, actor).message;
  } catch (error) {
    if (error instanceof SocketError) return error.message;
    throw error;
  }
}

/** Text and numbers as they are; of anything else only what it is. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
  return Object(value) === value ? `a ${typeof value}` : String(value);
}

/**
 * Checks the options that are given; those that are undefined count as not given.
 *
 * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, that names every wrong one
 */
export function checkOptions(
  actor: string,
  options: object,
  checks: Readonly<Record<string, Check>>,
): void {
  if (Object(options) !== options) throw invalidOption("options", options, "an object", actor);
  const problems: string[] = [];
  const names: string[] = [];
  // Inherited ones count as well, as they do wherever an option is read.
  for (const name in options) {
    const value: unknown = Reflect.get(options, name);
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    const problem = problemOf(actor, [name, value], check);
    if (problem === null) continue;
    problems.push(problem.replace(`${actor}: `, ""));
    names.push(name);
  }
  if (problems.length === 0) return;
  const message = `${actor}: ${problems.join("; ")}`;
  const details = { options: names };
  throw new SocketError("INVALID", message, { code: "ERR_INVALID_OPTION", details });
}
