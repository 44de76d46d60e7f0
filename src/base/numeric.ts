/** Numeric: the types of number that a byte buffer holds, and the check that a value is one.
 *  Nothing is coerced: what a type can't hold is an error that names its range. */

/** A type of number as it lies in bytes. */
export interface Numeric<V extends number | bigint> {
  /** As the methods of a buffer name it: `Int` of `getInt`. */
  readonly name: string;
  /** As `DataView` names it: `Int32` of `getInt32`. */
  readonly kind: string;
  readonly bytes: number;
  readonly range: readonly [min: V, max: V];
  /** Reads and writes it in a view. */
  readonly get: (this: DataView, index: number, isLittle: boolean) => V;
  readonly set: (this: DataView, index: number, value: V, isLittle: boolean) => void;
}

type Kind = "Int8" | "Uint8" | "Int16" | "Uint16" | "Int32" | "Uint32" | "Float32" | "Float64";
const view = DataView.prototype;
const MAX_FLOAT = 2 ** 128 - 2 ** 104;

function number(
  name: string,
  kind: Kind,
  bytes: number,
  range: readonly [number, number],
): Numeric<number> {
  return { name, kind, bytes, range, get: view[`get${kind}`], set: view[`set${kind}`] };
}

export const BYTE = number("Byte", "Int8", 1, [-128, 127]);
export const UBYTE = number("UByte", "Uint8", 1, [0, 255]);
export const SHORT = number("Short", "Int16", 2, [-32_768, 32_767]);
export const USHORT = number("UShort", "Uint16", 2, [0, 65_535]);
export const INT = number("Int", "Int32", 4, [-(2 ** 31), 2 ** 31 - 1]);
export const UINT = number("UInt", "Uint32", 4, [0, 2 ** 32 - 1]);
export const FLOAT = number("Float", "Float32", 4, [-MAX_FLOAT, MAX_FLOAT]);
export const DOUBLE = number("Double", "Float64", 8, [-Number.MAX_VALUE, Number.MAX_VALUE]);
export const LONG: Numeric<bigint> = {
  name: "Long",
  kind: "BigInt64",
  bytes: 8,
  range: [-(2n ** 63n), 2n ** 63n - 1n],
  get: view.getBigInt64,
  set: view.setBigInt64,
};

/**
 * Checks that `type` can hold `value`: whole and in its range or, for floats, also a fraction, which is
 * rounded, NaN or an infinity.
 *
 * @param what the method and its argument, as "setInt: value"
 * @throws {TypeError} when it is no number, or no bigint for `LONG`
 * @throws {RangeError} when it is out of range
 */
export function checkNumber<V extends number | bigint>(
  what: string,
  { kind, range: [min, max] }: Numeric<V>,
  value: V,
): void {
  const isTyped = typeof value === typeof max;
  const isInRange = value >= min && value <= max;
  const isHeld = kind.startsWith("Float")
    ? isInRange || !Number.isFinite(value)
    : isInRange && (typeof value === "bigint" || Number.isInteger(value));
  if (isTyped && isHeld) return;
  const message = `ByteBuffer.${what} ${value} is no ${kind} in ${min}..${max}`;
  throw isTyped ? new RangeError(message) : new TypeError(message);
}
