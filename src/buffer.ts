/** ByteBuffer: bytes of a fixed size, read and written as numbers and text at two cursors.
 *  It works on bytes of its own or, re-pointed, on those of a message. */

import { encodeUtf8, isBufferSource, viewBytes } from "./base/bytes.ts";
import { oneOf } from "./base/one-of.ts";

/** Which byte of a number comes first: its most ("big") or its least significant. */
export type ByteOrder = "big" | "little";

const ORDERS: readonly ByteOrder[] = ["big", "little"];

type Value = number | bigint;
type Adder<V> = (value: V, order?: ByteOrder) => ByteBuffer;
type Getter<V> = (index?: number, order?: ByteOrder) => V;
type Setter<V> = (index: number, value: V, order?: ByteOrder) => ByteBuffer;

/** The types of number: as the methods name them, as `DataView` does. */
const KINDS = {
  Byte: "Int8",
  UByte: "Uint8",
  Short: "Int16",
  UShort: "Uint16",
  Int: "Int32",
  UInt: "Uint32",
  Long: "BigInt64",
  Float: "Float32",
  Double: "Float64",
};

type ReadNumber = (this: DataView, at: number, isLittle?: boolean) => Value;
type WriteNumber = (this: DataView, at: number, value: Value, isLittle?: boolean) => void;

/** Where a number is tried before it is written. */
const trial = new DataView(new ArrayBuffer(8));

/** Bytes encoded at a time: few, as arguments go; in threes, so that only the end is padded. */
const BASE64_CHUNK = 0x6000;

/**
 * Points `buffer` at other bytes, which it shares with whoever else has them, both cursors at 0.
 *
 * It runs for every incoming message: nothing is copied, nothing allocated.
 */
export let repoint: (buffer: ByteBuffer, bytes: Uint8Array) => void;

/**
 * Bytes of a fixed size, zero at first, with a cursor for writing and one for reading.
 *
 * `add…` write at the write cursor, `set…` at an index; `get…` read at an index or, at -1 or
 * without one, at the read cursor. A cursor moves on by just the bytes written or read. Numbers are
 * big-endian unless the last argument is "little". Text is written as UTF-8, an unpaired surrogate
 * as U+FFFD.
 *
 * A call that throws leaves bytes and cursors as they were: a `RangeError` for what lies outside
 * the size or for a number that the type can't hold, a `TypeError` for a value of another type.
 */
export class ByteBuffer {
  /** Adds a signed byte. */
  declare readonly addByte: Adder<number>;
  /** Adds an unsigned byte. */
  declare readonly addUByte: Adder<number>;
  /** Adds a signed 16-bit integer. */
  declare readonly addShort: Adder<number>;
  /** Adds an unsigned 16-bit integer. */
  declare readonly addUShort: Adder<number>;
  /** Adds a signed 32-bit integer. */
  declare readonly addInt: Adder<number>;
  /** Adds an unsigned 32-bit integer. */
  declare readonly addUInt: Adder<number>;
  /** Adds a signed 64-bit integer. */
  declare readonly addLong: Adder<bigint>;
  /** Adds a 32-bit float, rounded to the nearest. */
  declare readonly addFloat: Adder<number>;
  /** Adds a 64-bit float. */
  declare readonly addDouble: Adder<number>;
  /** Reads a signed byte. */
  declare readonly getByte: Getter<number>;
  /** Reads an unsigned byte. */
  declare readonly getUByte: Getter<number>;
  /** Reads a signed 16-bit integer. */
  declare readonly getShort: Getter<number>;
  /** Reads an unsigned 16-bit integer. */
  declare readonly getUShort: Getter<number>;
  /** Reads a signed 32-bit integer. */
  declare readonly getInt: Getter<number>;
  /** Reads an unsigned 32-bit integer. */
  declare readonly getUInt: Getter<number>;
  /** Reads a signed 64-bit integer. */
  declare readonly getLong: Getter<bigint>;
  /** Reads a 32-bit float. */
  declare readonly getFloat: Getter<number>;
  /** Reads a 64-bit float. */
  declare readonly getDouble: Getter<number>;
  /** Writes a signed byte at `index`. */
  declare readonly setByte: Setter<number>;
  /** Writes an unsigned byte at `index`. */
  declare readonly setUByte: Setter<number>;
  /** Writes a signed 16-bit integer at `index`. */
  declare readonly setShort: Setter<number>;
  /** Writes an unsigned 16-bit integer at `index`. */
  declare readonly setUShort: Setter<number>;
  /** Writes a signed 32-bit integer at `index`. */
  declare readonly setInt: Setter<number>;
  /** Writes an unsigned 32-bit integer at `index`. */
  declare readonly setUInt: Setter<number>;
  /** Writes a signed 64-bit integer at `index`. */
  declare readonly setLong: Setter<bigint>;
  /** Writes a 32-bit float at `index`, rounded to the nearest. */
  declare readonly setFloat: Setter<number>;
  /** Writes a 64-bit float at `index`. */
  declare readonly setDouble: Setter<number>;

  #bytes: Uint8Array;
  /** Made when the first number is read or written. */
  #view: DataView | null = null;
  #writeCursor = 0;
  #readCursor = 0;

  static {
    repoint = (buffer, bytes) => {
      buffer.#bytes = bytes;
      buffer.#view = null;
      buffer.#writeCursor = buffer.#readCursor = 0;
    };
    for (const [name, kind] of Object.entries(KINDS)) ByteBuffer.#addMethods(name, kind);
  }

  /** Adds the three methods of a type of number. */
  static #addMethods(name: string, kind: string): void {
    const length = Number(/\d+/.exec(kind)) / 8;
    const get: ReadNumber = Reflect.get(DataView.prototype, `get${kind}`);
    const set: WriteNumber = Reflect.get(DataView.prototype, `set${kind}`);

    /** Whether the type holds `value` as it is; a float may be rounded, but not to infinity. */
    const holds = (value: Value): boolean => {
      set.call(trial, 0, value);
      const held = get.call(trial, 0);
      return kind[0] === "F" ? Number.isFinite(held) === Number.isFinite(value) : held === value;
    };
    function put(this: ByteBuffer, method: string, at: number, ...rest: [Value, ByteOrder?]) {
      const [value, order] = rest;
      const little = isLittle(order);
      const isOfType = typeof value === typeof get.call(trial, 0);
      if (!isOfType || !holds(value)) {
        const Refusal = isOfType ? RangeError : TypeError;
        throw new Refusal(`ByteBuffer.${method}: ${value} is no ${kind}`);
      }
      this.#place(method, at, length);
      set.call(this.#data, at, value, little);
      return this;
    }
    Object.assign(ByteBuffer.prototype, {
      [`add${name}`](this: ByteBuffer, value: Value, order?: ByteOrder): ByteBuffer {
        put.call(this, `add${name}`, this.#writeCursor, value, order);
        this.#writeCursor += length;
        return this;
      },
      [`get${name}`](this: ByteBuffer, index?: number, order?: ByteOrder): Value {
        const little = isLittle(order);
        const at = this.#take(`get${name}`, length, index);
        return get.call(this.#data, at, little);
      },
      [`set${name}`](this: ByteBuffer, index: number, value: Value, order?: ByteOrder): ByteBuffer {
        return put.call(this, `set${name}`, index, value, order);
      },
    });
  }

  /**
   * @param size in bytes
   * @throws {RangeError} when it is no whole number from 0 on
   */
  constructor(size = 1024) {
    if (size >>> 0 !== size) throw new RangeError(`ByteBuffer: size ${size} is no whole number`);
    this.#bytes = new Uint8Array(size);
  }

  /** A buffer with a copy of `source`, text as UTF-8; its size is theirs, both cursors are at 0. */
  static from(source: string | ArrayBuffer | ArrayBufferView): ByteBuffer {
    const buffer = new ByteBuffer(0);
    repoint(buffer, isBufferSource(source) ? viewBytes(source).slice() : encode("from", source));
    return buffer;
  }

  /** A view of the bytes, nothing copied: writes show in it until the buffer gets other bytes. */
  get bytes(): Uint8Array {
    return viewBytes(this.#bytes);
  }

  /** A buffer with a copy of the bytes, both cursors at 0. */
  copy(): ByteBuffer {
    return ByteBuffer.from(this.#bytes);
  }

  /** How many bytes it holds. */
  size(): number {
    return this.#bytes.length;
  }

  /** Sets every byte and both cursors to 0. */
  clear(): this {
    repoint(this, this.#bytes.fill(0));
    return this;
  }

  /** Moves the write cursor; `index` may be the size, where nothing more fits. */
  writeSeek(index: number): this {
    this.#place("writeSeek", index, 0);
    this.#writeCursor = index;
    return this;
  }

  /** Moves the read cursor; `index` may be the size, where nothing is left. */
  readSeek(index: number): this {
    this.#place("readSeek", index, 0);
    this.#readCursor = index;
    return this;
  }

  /** Where the next `add…` writes. */
  getWriteCursor(): number {
    return this.#writeCursor;
  }

  /** Where the next `get…` without an index reads. */
  getReadCursor(): number {
    return this.#readCursor;
  }

  /** Adds text as UTF-8, without its length or an end mark. */
  addString(text: string): this {
    const bytes = encode("addString", text);
    this.#span("addString", this.#writeCursor, bytes.length).set(bytes);
    this.#writeCursor += bytes.length;
    return this;
  }

  /**
   * The whole buffer as text, wherever the cursors are. Zeros and a byte order mark stay in it, and
   * what is no text becomes U+FFFD.
   *
   * @param charset a label of the Encoding standard, as "utf-8" (default), "utf-16le", "iso-8859-1"
   * @throws {RangeError} when there is no such charset
   */
  getString(charset?: string): string {
    return createDecoder(charset).decode(this.#bytes);
  }

  /** Reads `length` bytes as text, as `getString` does. */
  getStringAt(length: number, index?: number, charset?: string): string {
    const decoder = createDecoder(charset);
    const at = this.#take("getStringAt", length, index);
    return decoder.decode(this.#bytes.subarray(at, at + length));
  }

  /** Replaces the bytes by `text` as UTF-8, whose length becomes the size, both cursors at 0. */
  setString(text: string): this {
    repoint(this, encode("setString", text));
    return this;
  }

  /** Writes text as UTF-8 at `index`. */
  setStringAt(index: number, text: string): this {
    const bytes = encode("setStringAt", text);
    this.#span("setStringAt", index, bytes.length).set(bytes);
    return this;
  }

  /** Copies `length` bytes of `buf`, from `srcIndex` on, to `destIndex` here; they may overlap. */
  copyFrom(destIndex: number, buf: ByteBuffer, srcIndex: number, length: number): this {
    this.#span("copyFrom", destIndex, length).set(buf.#span("copyFrom", srcIndex, length));
    return this;
  }

  /** Copies `length` bytes, from `srcIndex` on, to `destIndex` of `buf`; they may overlap. */
  copyTo(srcIndex: number, buf: ByteBuffer, destIndex: number, length: number): this {
    buf.#span("copyTo", destIndex, length).set(this.#span("copyTo", srcIndex, length));
    return this;
  }

  /** All bytes in base64 with padding. */
  toBase64(): string {
    let text = "";
    for (let at = 0; at < this.size(); at += BASE64_CHUNK) {
      text += btoa(String.fromCharCode(...this.#bytes.subarray(at, at + BASE64_CHUNK)));
    }
    return text;
  }

  /** Where `length` bytes are read: at `index` or, at -1, at the read cursor, which moves on. */
  #take(method: string, length: number, index = -1): number {
    const at = index === -1 ? this.#readCursor : index;
    this.#place(method, at, length);
    if (index === -1) this.#readCursor += length;
    return at;
  }

  /** The bytes as numbers. It may reach past them: `#place` keeps within. */
  get #data(): DataView {
    const { buffer, byteOffset } = this.#bytes;
    this.#view ??= new DataView(buffer, byteOffset);
    return this.#view;
  }

  /** Checks that `length` bytes from `index` on lie within the size. */
  #place(method: string, index: number, length: number): void {
    // `>>> 0` leaves just the whole numbers from 0 on as they are.
    if (index >>> 0 === index && length >>> 0 === length && index + length <= this.size()) return;
    const place = `index ${index} + ${length} bytes`;
    throw new RangeError(`ByteBuffer.${method}: ${place} is not within the size ${this.size()}`);
  }

  /** The `length` bytes from `index` on, not copied. */
  #span(method: string, index: number, length: number): Uint8Array {
    this.#place(method, index, length);
    return this.#bytes.subarray(index, index + length);
  }
}

function isLittle(order: ByteOrder = "big"): boolean {
  return oneOf("ByteBuffer: byte order", ORDERS, order) === ORDERS[1];
}

function encode(method: string, text: string): Uint8Array {
  if (typeof text === "string") return encodeUtf8(text);
  throw new TypeError(`ByteBuffer.${method}: ${text} is not a string`);
}

function createDecoder(charset?: string): TextDecoder {
  // A byte order mark is kept, so that text comes back as it was written.
  return new TextDecoder(charset, { ignoreBOM: true });
}
