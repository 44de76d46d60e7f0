/** ByteBuffer: bytes of a fixed size, read and written as numbers and text at two cursors.
 *  It works on bytes of its own or, re-pointed, on those of a message. */

import {
  BYTE,
  checkNumber,
  DOUBLE,
  FLOAT,
  INT,
  LONG,
  type Numeric,
  SHORT,
  UBYTE,
  UINT,
  USHORT,
} from "./base/numeric.ts";

/** Which byte of a number comes first: its most ("big") or its least significant. */
export type ByteOrder = "big" | "little";

/** Bytes encoded at a time: a multiple of 3, so that no padding falls inside, and few enough to be arguments. */
const BASE64_CHUNK = 0x6000;

/**
 * Points `buffer` at other bytes, which it then shares with whoever else has them; both cursors become 0.
 *
 * It runs for every incoming message: nothing is copied, nothing allocated.
 */
export let repoint: (buffer: ByteBuffer, bytes: Uint8Array) => void;

/**
 * Bytes of a fixed size, zero at first, with a cursor for writing and one for reading.
 *
 * `add…` write at the write cursor, `set…` at an index; `get…` read at an index or, at -1 or without
 * one, at the read cursor. What goes through a cursor moves it on by just the bytes taken. Numbers are
 * big-endian unless the last argument is "little"; text is written as UTF-8, an unpaired surrogate as U+FFFD.
 *
 * Every call that throws leaves bytes and cursors as they were: a `RangeError` for what lies outside the
 * size or for a value that the type can't hold, a `TypeError` for an argument of another type.
 */
export class ByteBuffer {
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
  }

  /** @param size in bytes; it never grows */
  constructor(size = 1024) {
    checkNumber("constructor: size", UINT, size);
    this.#bytes = new Uint8Array(size);
  }

  /** A buffer with a copy of `source`, text as UTF-8; its size is theirs. */
  static from(source: string | ArrayBuffer | ArrayBufferView): ByteBuffer {
    const buffer = new ByteBuffer(0);
    buffer.#bytes = typeof source === "string" ? encode("from", source) : viewOf(source).slice();
    return buffer;
  }

  get [Symbol.toStringTag](): string {
    return "ByteBuffer";
  }

  /** A view of the bytes, nothing copied: it shows later writes, until the buffer gets other bytes. */
  get bytes(): Uint8Array {
    return viewOf(this.#bytes);
  }

  /** A buffer with a copy of the bytes, both cursors at 0. */
  copy(): ByteBuffer {
    return ByteBuffer.from(this.#bytes);
  }

  /** How many bytes it holds. */
  size(): number {
    return this.#bytes.length;
  }

  /** Sets every byte to zero and both cursors to 0. */
  clear(): this {
    repoint(this, this.#bytes.fill(0));
    return this;
  }

  /** Moves the write cursor; `index` may be the size, where nothing more fits. */
  writeSeek(index: number): this {
    this.#span("writeSeek", index, 0);
    this.#writeCursor = index;
    return this;
  }

  /** Moves the read cursor; `index` may be the size, where nothing is left. */
  readSeek(index: number): this {
    this.#span("readSeek", index, 0);
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

  /** Adds a signed byte. */
  addByte(value: number): this {
    return this.#add(BYTE, value);
  }

  /** Adds an unsigned byte. */
  addUByte(value: number): this {
    return this.#add(UBYTE, value);
  }

  /** Adds a signed 16-bit integer. */
  addShort(value: number, order?: ByteOrder): this {
    return this.#add(SHORT, value, order);
  }

  /** Adds an unsigned 16-bit integer. */
  addUShort(value: number, order?: ByteOrder): this {
    return this.#add(USHORT, value, order);
  }

  /** Adds a signed 32-bit integer. */
  addInt(value: number, order?: ByteOrder): this {
    return this.#add(INT, value, order);
  }

  /** Adds an unsigned 32-bit integer. */
  addUInt(value: number, order?: ByteOrder): this {
    return this.#add(UINT, value, order);
  }

  /** Adds a signed 64-bit integer. */
  addLong(value: bigint, order?: ByteOrder): this {
    return this.#add(LONG, value, order);
  }

  /** Adds a 32-bit float, rounded to the nearest. */
  addFloat(value: number, order?: ByteOrder): this {
    return this.#add(FLOAT, value, order);
  }

  /** Adds a 64-bit float. */
  addDouble(value: number, order?: ByteOrder): this {
    return this.#add(DOUBLE, value, order);
  }

  /** Adds text as UTF-8, without its length or an end mark. */
  addString(text: string): this {
    const bytes = encode("addString", text);
    this.#span("addString", this.#writeCursor, bytes.length).set(bytes);
    this.#writeCursor += bytes.length;
    return this;
  }

  /** Reads a signed byte. */
  getByte(index?: number): number {
    return this.#get(BYTE, index);
  }

  /** Reads an unsigned byte. */
  getUByte(index?: number): number {
    return this.#get(UBYTE, index);
  }

  /** Reads a signed 16-bit integer. */
  getShort(index?: number, order?: ByteOrder): number {
    return this.#get(SHORT, index, order);
  }

  /** Reads an unsigned 16-bit integer. */
  getUShort(index?: number, order?: ByteOrder): number {
    return this.#get(USHORT, index, order);
  }

  /** Reads a signed 32-bit integer. */
  getInt(index?: number, order?: ByteOrder): number {
    return this.#get(INT, index, order);
  }

  /** Reads an unsigned 32-bit integer. */
  getUInt(index?: number, order?: ByteOrder): number {
    return this.#get(UINT, index, order);
  }

  /** Reads a signed 64-bit integer. */
  getLong(index?: number, order?: ByteOrder): bigint {
    return this.#get(LONG, index, order);
  }

  /** Reads a 32-bit float. */
  getFloat(index?: number, order?: ByteOrder): number {
    return this.#get(FLOAT, index, order);
  }

  /** Reads a 64-bit float. */
  getDouble(index?: number, order?: ByteOrder): number {
    return this.#get(DOUBLE, index, order);
  }

  /** The whole buffer as text; bytes that are none become U+FFFD, zeros and a byte order mark stay.
   *  @param charset a label of the Encoding standard, as "utf-8", "utf-16le", "latin1" */
  getString(charset?: string): string {
    return decode(this.#bytes, charset);
  }

  /** Reads `length` bytes as text. */
  getStringAt(length: number, index = -1, charset?: string): string {
    const at = index === -1 ? this.#readCursor : index;
    const text = decode(this.#span("getStringAt", at, length), charset);
    if (index === -1) this.#readCursor += length;
    return text;
  }

  /** Writes a signed byte at `index`. */
  setByte(index: number, value: number): this {
    return this.#set(BYTE, index, value);
  }

  /** Writes a unsigned byte at `index`. */
  setUByte(index: number, value: number): this {
    return this.#set(UBYTE, index, value);
  }

  /** Writes a signed 16-bit integer at `index`. */
  setShort(index: number, value: number, order?: ByteOrder): this {
    return this.#set(SHORT, index, value, order);
  }

  /** Writes a unsigned 16-bit integer at `index`. */
  setUShort(index: number, value: number, order?: ByteOrder): this {
    return this.#set(USHORT, index, value, order);
  }

  /** Writes a signed 32-bit integer at `index`. */
  setInt(index: number, value: number, order?: ByteOrder): this {
    return this.#set(INT, index, value, order);
  }

  /** Writes a unsigned 32-bit integer at `index`. */
  setUInt(index: number, value: number, order?: ByteOrder): this {
    return this.#set(UINT, index, value, order);
  }

  /** Writes a signed 64-bit integer at `index`. */
  setLong(index: number, value: bigint, order?: ByteOrder): this {
    return this.#set(LONG, index, value, order);
  }

  /** Writes a 32-bit float, rounded to the nearest at `index`. */
  setFloat(index: number, value: number, order?: ByteOrder): this {
    return this.#set(FLOAT, index, value, order);
  }

  /** Writes a 64-bit float at `index`. */
  setDouble(index: number, value: number, order?: ByteOrder): this {
    return this.#set(DOUBLE, index, value, order);
  }

  /** Replaces the bytes by `text` as UTF-8: its length becomes the size, both cursors 0. */
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

  #add<V extends number | bigint>(type: Numeric<V>, value: V, order?: ByteOrder): this {
    const at = this.#writeCursor;
    this.#check("add", type, at, value);
    this.#put(type, at, value, order);
    this.#writeCursor = at + type.bytes;
    return this;
  }

  #set<V extends number | bigint>(type: Numeric<V>, at: number, value: V, order?: ByteOrder): this {
    this.#check("set", type, at, value);
    this.#put(type, at, value, order);
    return this;
  }

  #get<V extends number | bigint>(type: Numeric<V>, index = -1, order?: ByteOrder): V {
    const at = index === -1 ? this.#readCursor : index;
    this.#place(`get${type.name}`, at, type.bytes);
    const value = type.get.call(this.#data, at, isLittle(order));
    if (index === -1) this.#readCursor += type.bytes;
    return value;
  }

  #check<V extends number | bigint>(verb: string, type: Numeric<V>, at: number, value: V): void {
    const method = verb + type.name;
    checkNumber(`${method}: value`, type, value);
    this.#place(method, at, type.bytes);
  }

  #put<V extends number | bigint>(type: Numeric<V>, at: number, value: V, order?: ByteOrder): void {
    type.set.call(this.#data, at, value, isLittle(order));
  }

  get #data(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    this.#view ??= new DataView(buffer, byteOffset, byteLength);
    return this.#view;
  }

  /** Checks that `length` bytes from `index` on lie within the size. */
  #place(method: string, index: number, length: number): void {
    // `>>> 0` leaves just the whole numbers from 0 on as they are.
    if (index >>> 0 === index && length >>> 0 === length && index + length <= this.size()) return;
    throw new RangeError(
      `ByteBuffer.${method}: index ${index} + ${length} bytes is not within the size ${this.size()}`,
    );
  }

  #span(method: string, index: number, length: number): Uint8Array {
    this.#place(method, index, length);
    return this.#bytes.subarray(index, index + length);
  }
}

function isLittle(order: ByteOrder = "big"): boolean {
  if (order === "big" || order === "little") return order === "little";
  throw new TypeError(`ByteBuffer: byte order ${order} is not big or little`);
}

function encode(method: string, text: string): Uint8Array {
  if (typeof text === "string") return new TextEncoder().encode(text);
  throw new TypeError(`ByteBuffer.${method}: ${text} is not a string`);
}

function decode(bytes: Uint8Array, charset?: string): string {
  // A byte order mark is kept, so that text comes back as it was written.
  return new TextDecoder(charset, { ignoreBOM: true }).decode(bytes);
}

function viewOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(source)) return new Uint8Array(source);
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}
