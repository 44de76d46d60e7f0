import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteBuffer, type ByteOrder, repoint } from "../../src/buffer.ts";

const SIZE = 64;

/** One type of number: our methods for it, and what `DataView` does. */
interface NumberCase<V> {
  readonly bytes: number;
  readonly values: fc.Arbitrary<V>;
  add(buffer: ByteBuffer, value: V, order: ByteOrder): ByteBuffer;
  get(buffer: ByteBuffer, index: number | undefined, order: ByteOrder): V;
  set(buffer: ByteBuffer, index: number, value: V, order: ByteOrder): ByteBuffer;
  peek(view: DataView, index: number, isLittle: boolean): V;
  poke(view: DataView, index: number, value: V, isLittle: boolean): void;
}

type Name = "Byte" | "UByte" | "Short" | "UShort" | "Int" | "UInt" | "Float" | "Double";
type Bits = "Int8" | "Uint8" | "Int16" | "Uint16" | "Int32" | "Uint32" | "Float32" | "Float64";

function numbers(name: Name, bits: Bits, values: fc.Arbitrary<number>): NumberCase<number> {
  return {
    bytes: Number(/\d+/.exec(bits)) / 8,
    values,
    add: (buffer, value, order) => buffer[`add${name}`](value, order),
    get: (buffer, index, order) => buffer[`get${name}`](index, order),
    set: (buffer, index, value, order) => buffer[`set${name}`](index, value, order),
    peek: (view, index, isLittle) => view[`get${bits}`](index, isLittle),
    poke: (view, index, value, isLittle) => view[`set${bits}`](index, value, isLittle),
  };
}

const integers = (min: number, max: number) => fc.integer({ min, max });
const floats = fc.oneof(fc.float(), fc.double({ min: -1e38, max: 1e38 }));

const INTEGERS = [
  numbers("Byte", "Int8", integers(-128, 127)),
  numbers("UByte", "Uint8", integers(0, 255)),
  numbers("Short", "Int16", integers(-32_768, 32_767)),
  numbers("UShort", "Uint16", integers(0, 65_535)),
  numbers("Int", "Int32", integers(-(2 ** 31), 2 ** 31 - 1)),
  numbers("UInt", "Uint32", integers(0, 2 ** 32 - 1)),
];
const FLOATS = [numbers("Float", "Float32", floats), numbers("Double", "Float64", fc.double())];
const LONG: NumberCase<bigint> = {
  bytes: 8,
  values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  add: (buffer, value, order) => buffer.addLong(value, order),
  get: (buffer, index, order) => buffer.getLong(index, order),
  set: (buffer, index, value, order) => buffer.setLong(index, value, order),
  peek: (view, index, isLittle) => view.getBigInt64(index, isLittle),
  poke: (view, index, value, isLittle) => view.setBigInt64(index, value, isLittle),
};

/** A write of a number, as our methods and as `DataView` do it, and how it is read back. */
interface Write {
  readonly bytes: number;
  add(buffer: ByteBuffer): ByteBuffer;
  set(buffer: ByteBuffer, index: number): ByteBuffer;
  get(buffer: ByteBuffer, index?: number): unknown;
  poke(view: DataView, index: number): void;
  peek(view: DataView, index: number): unknown;
}

function writesOf<V>(type: NumberCase<V>): fc.Arbitrary<Write> {
  return fc
    .record({ value: type.values, order: fc.constantFrom<ByteOrder>("big", "little") })
    .map(({ value, order }) => ({
      bytes: type.bytes,
      add: (buffer) => type.add(buffer, value, order),
      set: (buffer, index) => type.set(buffer, index, value, order),
      get: (buffer, index) => type.get(buffer, index, order),
      poke: (view, index) => type.poke(view, index, value, order === "little"),
      peek: (view, index) => type.peek(view, index, order === "little"),
    }));
}

const writes = fc.oneof(...[...INTEGERS, ...FLOATS].map(writesOf), writesOf(LONG));
const sequences = fc.array(writes, { maxLength: 30 });
const contents = fc.uint8Array({ minLength: SIZE, maxLength: SIZE });
const places = fc.integer({ min: -4, max: SIZE + 4 });
const texts = fc.string({ unit: "binary" });

/** Everything that a caller can observe. */
function stateOf(buffer: ByteBuffer) {
  return {
    bytes: [...buffer.bytes],
    writeCursor: buffer.getWriteCursor(),
    readCursor: buffer.getReadCursor(),
  };
}

function expectSame(buffer: ByteBuffer, view: DataView): void {
  expect(buffer.bytes).toEqual(new Uint8Array(view.buffer));
}

describe("numbers", () => {
  test("any sequence of added values writes what DataView writes, one behind the other", () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        const buffer = new ByteBuffer(SIZE * 4);
        const view = new DataView(new ArrayBuffer(SIZE * 4));
        let at = 0;
        for (const write of sequence) {
          expect(write.add(buffer)).toBe(buffer);
          write.poke(view, at);
          at += write.bytes;
          expect(buffer.getWriteCursor()).toBe(at);
        }
        expectSame(buffer, view);
        expect(buffer.getReadCursor()).toBe(0);
      }),
    );
  });

  test("values set at any places write what DataView writes, or change nothing", () => {
    const steps = fc.array(fc.tuple(writes, places), { maxLength: 30 });
    fc.assert(
      fc.property(contents, steps, (bytes, sequence) => {
        const buffer = ByteBuffer.from(bytes);
        const view = new DataView(bytes.slice().buffer);
        for (const [write, at] of sequence) {
          if (at >= 0 && at + write.bytes <= SIZE) {
            write.set(buffer, at);
            write.poke(view, at);
          } else {
            expect(() => write.set(buffer, at)).toThrow(RangeError);
          }
        }
        expectSame(buffer, view);
        expect([buffer.getWriteCursor(), buffer.getReadCursor()]).toEqual([0, 0]);
      }),
    );
  });

  test("any bytes are read at any place as DataView reads them", () => {
    fc.assert(
      fc.property(contents, writes, places, (bytes, { get, peek, bytes: length }, at) => {
        const buffer = ByteBuffer.from(bytes);
        const isInside = at >= 0 && at + length <= SIZE;
        fc.pre(at !== -1);
        if (isInside) expect(get(buffer, at)).toEqual(peek(new DataView(bytes.buffer), at));
        else expect(() => get(buffer, at)).toThrow(RangeError);
        expect(stateOf(buffer)).toEqual({ bytes: [...bytes], writeCursor: 0, readCursor: 0 });
      }),
    );
  });

  test("reads at the cursor read what DataView reads, and move it just so far", () => {
    fc.assert(
      fc.property(contents, sequences, (bytes, sequence) => {
        const buffer = ByteBuffer.from(bytes);
        const view = new DataView(bytes.buffer);
        let at = 0;
        for (const { get, peek, bytes: length } of sequence) {
          if (at + length > SIZE) {
            expect(() => get(buffer)).toThrow(RangeError);
          } else {
            expect(get(buffer)).toEqual(peek(view, at));
            at += length;
          }
          expect(buffer.getReadCursor()).toBe(at);
        }
        expect(buffer.getWriteCursor()).toBe(0);
      }),
    );
  });

  test("what was added reads back in the same order, at the cursor and by its index", () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        const buffer = new ByteBuffer(SIZE * 4);
        const view = new DataView(new ArrayBuffer(8));
        for (const write of sequence) write.add(buffer);
        for (const write of sequence) {
          write.poke(view, 0);
          const at = buffer.getReadCursor();
          const expected = write.peek(view, 0);
          expect(write.get(buffer, at)).toEqual(expected);
          expect(write.get(buffer)).toEqual(expected);
        }
        expect(buffer.getReadCursor()).toBe(buffer.getWriteCursor());
      }),
    );
  });

  test("a call outside the size changes neither bytes nor cursors", () => {
    const cursors = fc.integer({ min: 0, max: SIZE });
    fc.assert(
      fc.property(contents, writes, cursors, cursors, (bytes, write, writeCursor, readCursor) => {
        const buffer = ByteBuffer.from(bytes).writeSeek(writeCursor).readSeek(readCursor);
        const before = stateOf(buffer);
        const attempts = [
          () => write.set(buffer, SIZE - write.bytes + 1),
          () => write.get(buffer, SIZE - write.bytes + 1),
          () => write.set(buffer, -1),
          () => buffer.setStringAt(readCursor, "x".repeat(SIZE + 1)),
          () => buffer.addString("x".repeat(SIZE - writeCursor + 1)),
          () => buffer.getStringAt(SIZE - readCursor + 1),
        ];
        if (writeCursor + write.bytes > SIZE) attempts.push(() => write.add(buffer));
        if (readCursor + write.bytes > SIZE) attempts.push(() => `${write.get(buffer)}`);
        for (const attempt of attempts) expect(attempt).toThrow(RangeError);
        expect(stateOf(buffer)).toEqual(before);
      }),
    );
  });
});

describe("integers out of range", () => {
  test.each(INTEGERS)("are refused just when DataView would change them (case %#)", (type) => {
    const values = fc.oneof(fc.maxSafeInteger(), fc.double(), type.values, integers(-300, 70_000));
    fc.assert(
      fc.property(values, (value) => {
        const view = new DataView(new ArrayBuffer(8));
        const buffer = new ByteBuffer(8);
        type.poke(view, 0, value, false);
        if (type.peek(view, 0, false) === value) type.set(buffer, 0, value, "big");
        else {
          expect(() => type.set(buffer, 0, value, "big")).toThrow(RangeError);
          view.setBigInt64(0, 0n);
        }
        expectSame(buffer, view);
      }),
    );
  });

  test("a bigint is a long just when it is one in 64 bits", () => {
    const values = fc.oneof(fc.bigInt(), fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }));
    fc.assert(
      fc.property(values, (value) => {
        const buffer = new ByteBuffer(8);
        if (BigInt.asIntN(64, value) === value) {
          expect(buffer.addLong(value).getLong()).toBe(value);
        } else {
          expect(() => buffer.addLong(value)).toThrow(RangeError);
          expect(stateOf(buffer)).toEqual(stateOf(new ByteBuffer(8)));
        }
      }),
    );
  });
});

describe("text", () => {
  test("round trips through from, setString, addString and setStringAt", () => {
    fc.assert(
      fc.property(texts, texts, (first, second) => {
        const { length } = new TextEncoder().encode(first);
        const whole = ByteBuffer.from(first + second);
        expect(whole.getString()).toBe(first + second);
        expect(new ByteBuffer(0).setString(first + second).bytes).toEqual(whole.bytes);
        const added = new ByteBuffer(whole.size()).addString(first).addString(second);
        expect(added.bytes).toEqual(whole.bytes);
        expect(added.getWriteCursor()).toBe(whole.size());
        expect(added.getStringAt(length)).toBe(first);
        expect(added.getReadCursor()).toBe(length);
        expect(added.getStringAt(whole.size() - length)).toBe(second);
        expect(new ByteBuffer(whole.size()).setStringAt(length, second).getStringAt(0, 0)).toBe("");
        const set = new ByteBuffer(whole.size()).setStringAt(length, second);
        expect(set.getStringAt(whole.size() - length, length)).toBe(second);
      }),
    );
  });
});

describe("copying", () => {
  const spans = fc.record({ to: places, from: places, length: places });
  const isInside = (at: number, length: number) => at >= 0 && length >= 0 && at + length <= SIZE;

  test("copyFrom and copyTo between buffers are Uint8Array's set, or change nothing", () => {
    fc.assert(
      fc.property(contents, contents, spans, (target, source, { to, from, length }) => {
        const expected = target.slice();
        const ours = ByteBuffer.from(source);
        const taking = ByteBuffer.from(target);
        const given = ByteBuffer.from(target);
        const acts = [
          () => taking.copyFrom(to, ours, from, length),
          () => ours.copyTo(from, given, to, length),
        ];
        if (isInside(to, length) && isInside(from, length)) {
          expected.set(source.subarray(from, from + length), to);
          for (const act of acts) act();
        } else {
          for (const act of acts) expect(act).toThrow(RangeError);
        }
        expect([taking.bytes, given.bytes, ours.bytes]).toEqual([expected, expected, source]);
      }),
    );
  });

  test("within one buffer they are copyWithin, overlapping or not", () => {
    const inside = fc.nat({ max: SIZE / 2 });
    fc.assert(
      fc.property(contents, inside, inside, inside, (bytes, to, from, length) => {
        const [taking, giving] = [ByteBuffer.from(bytes), ByteBuffer.from(bytes)];
        taking.copyFrom(to, taking, from, length);
        giving.copyTo(from, giving, to, length);
        bytes.copyWithin(to, from, from + length);
        expect([taking.bytes, giving.bytes]).toEqual([bytes, bytes]);
      }),
    );
  });

  test("a copy never sees what is done to its original, nor the reverse", () => {
    fc.assert(
      fc.property(contents, writes, writes, (bytes, first, second) => {
        const original = ByteBuffer.from(bytes);
        const copy = original.copy();
        first.add(original);
        expect(copy.bytes).toEqual(bytes);
        const changed = original.bytes.slice();
        second.add(copy);
        expect(original.bytes).toEqual(changed);
      }),
    );
  });
});

/** Base64 by the letter of RFC 4648, section 4: six bits at a time. */
function encodeBase64(bytes: Uint8Array): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const sextets = bits.match(/.{1,6}/g) ?? [];
  const text = sextets.map((part) => letters[Number.parseInt(part.padEnd(6, "0"), 2)]).join("");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

test("toBase64 encodes any bytes as RFC 4648 says", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(ByteBuffer.from(bytes).toBase64()).toBe(encodeBase64(bytes));
    }),
  );
});

test("a re-pointed buffer is one made of those bytes, within their part of the memory", () => {
  const inside = fc.nat({ max: SIZE / 2 });
  fc.assert(
    fc.property(contents, inside, inside, sequences, (bytes, at, length, sequence) => {
      const part = bytes.subarray(at, at + length);
      const expected = ByteBuffer.from(part);
      const buffer = new ByteBuffer(SIZE * 4);
      for (const write of sequence) write.add(buffer);
      repoint(buffer, part);
      expect(stateOf(buffer)).toEqual(stateOf(expected));
      for (const { get, bytes: size } of sequence) {
        if (buffer.getReadCursor() + size > length) expect(() => get(buffer)).toThrow(RangeError);
        else expect(get(buffer)).toEqual(get(expected));
      }
    }),
  );
});
