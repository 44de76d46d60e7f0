/** OneOf: the check that a word is one of a few. */

/** @throws {TypeError} naming `what`, the value and what it may be */
export function oneOf<T extends string>(what: string, values: readonly T[], value: T): T {
  if (values.includes(value)) return value;
  throw new TypeError(`${what} "${value}" is not one of ${values.join(", ")}`);
}
