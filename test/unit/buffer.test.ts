import { describe, expect, test } from "vitest";
import { ByteBuffer, type ByteOrder, repoint } from "../../src/buffer.ts";

/** A buffer of 8 bytes, 1 to 8, with both cursors at 3. */
function createBuffer(): ByteBuffer {
  return ByteBuffer.from(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]))
    .writeSeek(3)
    .readSeek(3);
}

/** What a caller without types could hand over. */
function untyped<T>(value: unknown): T {
  return value as T;
}

/** The message that a value of the wrong size gets. */
function refusal(method: string, value: number | bigint, kind: string): RegExp {
  const number = `${value}`.replaceAll(/[.+]/g, "\\$&");
  return new RegExp(`^ByteBuffer\\.${method}: (value )?${number} is no ${kind}\\b`);
}

describe("a new buffer", () => {
  test("has 1024 bytes unless told otherwise", () => {
    expect(new ByteBuffer().size()).toBe(1024);
    expect(new ByteBuffer(3).size()).toBe(3);
  });

  test("is filled with zeros, both cursors at 0", () => {
    const buffer = new ByteBuffer(4);
    expect(buffer.bytes).toEqual(new Uint8Array(4));
    expect([buffer.getWriteCursor(), buffer.getReadCursor()]).toEqual([0, 0]);
  });

  test.each([-1, 1.5, Number.NaN, Infinity])("can't have %s bytes", (size) => {
    expect(() => new ByteBuffer(size)).toThrow(RangeError);
    expect(() => new ByteBuffer(size)).toThrow(`size ${size} is no `);
  });
});

describe("from", () => {
  test("copies bytes", () => {
    const bytes = new Uint8Array([1, 2]);
    const buffer = ByteBuffer.from(bytes);
    bytes[0] = 9;
    expect(buffer.bytes).toEqual(new Uint8Array([1, 2]));
  });

  test("copies just the part that a view shows", () => {
    const { buffer } = new Uint8Array([1, 2, 3, 4]);
    expect(ByteBuffer.from(new DataView(buffer, 1, 2)).bytes).toEqual(new Uint8Array([2, 3]));
  });

  test("copies an ArrayBuffer", () => {
    const source = new Uint8Array([1, 2]);
    const buffer = ByteBuffer.from(source.buffer);
    source[0] = 9;
    expect(buffer.bytes).toEqual(new Uint8Array([1, 2]));
  });

  test("encodes text as UTF-8", () => {
    expect(ByteBuffer.from("é").bytes).toEqual(new Uint8Array([0xc3, 0xa9]));
  });

  test.each([[5], [[1, 2]], [null], [undefined]])("refuses %j", (source) => {
    const message = `ByteBuffer.from: ${source} is not a string`;
    expect(() => ByteBuffer.from(untyped(source))).toThrow(new TypeError(message));
  });
});

describe("bytes and copies", () => {
  test("bytes is a view that shows later writes", () => {
    const buffer = new ByteBuffer(2);
    const { bytes } = buffer;
    buffer.addUByte(7);
    expect(bytes).toEqual(new Uint8Array([7, 0]));
  });

  test("bytes is a plain Uint8Array, whatever the buffer was pointed at", () => {
    class OtherBytes extends Uint8Array {}
    const buffer = new ByteBuffer(0);
    repoint(buffer, new OtherBytes([1, 2]));
    expect(Object.getPrototypeOf(buffer.bytes)).toBe(Uint8Array.prototype);
    expect(Object.getPrototypeOf(buffer.copy().bytes)).toBe(Uint8Array.prototype);
  });

  test("a copy has the bytes, and both cursors at 0", () => {
    const copy = createBuffer().copy();
    expect(copy.bytes).toEqual(createBuffer().bytes);
    expect([copy.getWriteCursor(), copy.getReadCursor()]).toEqual([0, 0]);
  });

  test("clear sets every byte and both cursors to 0, and keeps the size", () => {
    const buffer = createBuffer();
    expect(buffer.clear()).toBe(buffer);
    expect(buffer.bytes).toEqual(new Uint8Array(8));
    expect([buffer.getWriteCursor(), buffer.getReadCursor()]).toEqual([0, 0]);
  });
});

describe("cursors", () => {
  test("writeSeek moves the write cursor alone", () => {
    const buffer = createBuffer();
    expect(buffer.writeSeek(5)).toBe(buffer);
    expect([buffer.getWriteCursor(), buffer.getReadCursor()]).toEqual([5, 3]);
  });

  test("readSeek moves the read cursor alone", () => {
    const buffer = createBuffer();
    expect(buffer.readSeek(5)).toBe(buffer);
    expect([buffer.getWriteCursor(), buffer.getReadCursor()]).toEqual([3, 5]);
  });

  test("a cursor may stand at the end", () => {
    expect(createBuffer().writeSeek(8).readSeek(8).getReadCursor()).toBe(8);
  });

  test.each([-1, 9, 0.5, Number.NaN])("neither cursor may stand at %s of 8 bytes", (index) => {
    const buffer = createBuffer();
    const rest = `Seek: index ${index} + 0 bytes is not within the size 8`;
    expect(() => buffer.writeSeek(index)).toThrow(new RangeError(`ByteBuffer.write${rest}`));
    expect(() => buffer.readSeek(index)).toThrow(new RangeError(`ByteBuffer.read${rest}`));
    expect([buffer.getWriteCursor(), buffer.getReadCursor()]).toEqual([3, 3]);
  });

  test("getting at -1 reads at the read cursor", () => {
    expect(createBuffer().getByte(-1)).toBe(4);
    expect(createBuffer().getStringAt(2, -1)).toBe("\u0004\u0005");
  });
});

describe("byte order", () => {
  test("is big-endian by default", () => {
    expect(new ByteBuffer(4).addInt(0x01020304).bytes).toEqual(new Uint8Array([1, 2, 3, 4]));
  });

  test('is little-endian when told "little"', () => {
    const buffer = new ByteBuffer(4).addInt(0x01020304, "little");
    expect(buffer.bytes).toEqual(new Uint8Array([4, 3, 2, 1]));
    expect(buffer.getInt(0, "little")).toBe(0x01020304);
  });

  test("is nothing else, and nothing is written or moved for it", () => {
    const buffer = createBuffer();
    const order = untyped<ByteOrder>("Little");
    const message = 'ByteBuffer: byte order "Little" is not one of big, little';
    expect(() => buffer.addShort(1, order)).toThrow(new TypeError(message));
    expect(() => buffer.setShort(0, 1, order)).toThrow(new TypeError(message));
    expect(() => buffer.getShort(-1, order)).toThrow(new TypeError(message));
    expect(buffer.bytes).toEqual(createBuffer().bytes);
    expect([buffer.getWriteCursor(), buffer.getReadCursor()]).toEqual([3, 3]);
  });
});

describe("a place outside the size", () => {
  test("is named with the method, the index, the bytes and the size", () => {
    const buffer = new ByteBuffer();
    const message = "ByteBuffer.getInt: index 1022 + 4 bytes is not within the size 1024";
    expect(() => buffer.getInt(1022)).toThrow(new RangeError(message));
  });

  const attempts: [string, (buffer: ByteBuffer) => unknown][] = [
    ["addShort", (buffer) => buffer.writeSeek(7).addShort(1)],
    ["addString", (buffer) => buffer.writeSeek(7).addString("ab")],
    ["setLong", (buffer) => buffer.setLong(1, 1n)],
    ["setUByte", (buffer) => buffer.setUByte(-1, 1)],
    ["setUByte", (buffer) => buffer.setUByte(untyped(undefined), 1)],
    ["setStringAt", (buffer) => buffer.setStringAt(7, "ab")],
    ["getDouble", (buffer) => buffer.getDouble(1)],
    ["getUShort", (buffer) => buffer.getUShort(-2)],
    ["getByte", (buffer) => buffer.getByte(0.5)],
    ["getByte", (buffer) => buffer.getByte(untyped("1"))],
    ["getStringAt", (buffer) => buffer.getStringAt(6)],
    ["getStringAt", (buffer) => buffer.getStringAt(-1, 4)],
    ["copyFrom", (buffer) => buffer.copyFrom(7, new ByteBuffer(2), 0, 2)],
    ["copyFrom", (buffer) => buffer.copyFrom(0, new ByteBuffer(2), 1, 2)],
    ["copyTo", (buffer) => buffer.copyTo(7, new ByteBuffer(2), 0, 2)],
    ["copyTo", (buffer) => buffer.copyTo(0, new ByteBuffer(2), 1, 2)],
  ];

  test.each(attempts)("makes %s throw and changes no byte", (method, attempt) => {
    const buffer = createBuffer();
    expect(() => attempt(buffer)).toThrow(RangeError);
    expect(() => attempt(buffer)).toThrow(`ByteBuffer.${method}: index `);
    expect(buffer.bytes).toEqual(createBuffer().bytes);
  });
});

describe("a value that the type can't hold", () => {
  const cases: [string, (buffer: ByteBuffer, value: number) => void, number[]][] = [
    ["Byte: Int8", (b, v) => b.setByte(0, v), [-129, 128]],
    ["UByte: Uint8", (b, v) => b.setUByte(0, v), [-1, 300]],
    ["Short: Int16", (b, v) => b.setShort(0, v), [-32_769, 32_768]],
    ["UShort: Uint16", (b, v) => b.setUShort(0, v), [-1, 65_536]],
    ["Int: Int32", (b, v) => b.setInt(0, v), [-(2 ** 31) - 1, 2 ** 31]],
    ["UInt: Uint32", (b, v) => b.setUInt(0, v), [-1, 2 ** 32]],
  ];

  test.each(cases)("is refused, naming method, value and type: %s", (title, set, values) => {
    const [name, kind] = title.split(": ");
    for (const value of [...values, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const buffer = createBuffer();
      expect(() => set(buffer, value)).toThrow(RangeError);
      expect(() => set(buffer, value)).toThrow(refusal(`set${name}`, value, `${kind}`));
      expect(buffer.bytes).toEqual(createBuffer().bytes);
    }
  });

  test("is refused when added, and the cursor stays", () => {
    const buffer = createBuffer();
    expect(() => buffer.addUByte(300)).toThrow(refusal("addUByte", 300, "Uint8"));
    expect(buffer.getWriteCursor()).toBe(3);
    expect(buffer.bytes).toEqual(createBuffer().bytes);
  });

  test.each([-(2n ** 63n) - 1n, 2n ** 63n])("is refused as a long: %s", (value) => {
    expect(() => createBuffer().setLong(0, value)).toThrow(RangeError);
    expect(() => createBuffer().setLong(0, value)).toThrow(refusal("setLong", value, "BigInt64"));
  });

  test.each([1e300, -1e300, 2 ** 128])("is refused as a float: %s", (value) => {
    expect(() => createBuffer().addFloat(value)).toThrow(RangeError);
    expect(() => createBuffer().addFloat(value)).toThrow(refusal("addFloat", value, "Float32"));
  });

  test.each([undefined, null, "5", true, 5n])("is %s where a number is due", (value) => {
    const number = untyped<number>(value);
    expect(() => createBuffer().addInt(number)).toThrow(TypeError);
    expect(() => createBuffer().addFloat(number)).toThrow(TypeError);
    expect(() => createBuffer().addDouble(number)).toThrow(TypeError);
  });

  test.each([undefined, null, "5", 5])("is %s where a bigint is due", (value) => {
    expect(() => createBuffer().addLong(untyped<bigint>(value))).toThrow(TypeError);
  });

  test.each([5, null, undefined])("is %s where text is due", (value) => {
    const text = untyped<string>(value);
    const message = `: ${value} is not a string`;
    expect(() => createBuffer().addString(text)).toThrow(`ByteBuffer.addString${message}`);
    expect(() => createBuffer().setString(text)).toThrow(`ByteBuffer.setString${message}`);
    expect(() => createBuffer().setStringAt(0, text)).toThrow(`ByteBuffer.setStringAt${message}`);
  });
});

describe("numbers", () => {
  test("an integer's bounds are held", () => {
    const buffer = new ByteBuffer(8);
    expect(buffer.setByte(0, -128).getByte(0)).toBe(-128);
    expect(buffer.setUByte(0, 255).getUByte(0)).toBe(255);
    expect(buffer.setShort(0, -32_768).getShort(0)).toBe(-32_768);
    expect(buffer.setUShort(0, 65_535).getUShort(0)).toBe(65_535);
    expect(buffer.setInt(0, -(2 ** 31)).getInt(0)).toBe(-(2 ** 31));
    expect(buffer.setUInt(0, 2 ** 32 - 1).getUInt(0)).toBe(2 ** 32 - 1);
    expect(buffer.setLong(0, -(2n ** 63n)).getLong(0)).toBe(-(2n ** 63n));
    expect(buffer.setLong(0, 2n ** 63n - 1n).getLong(0)).toBe(2n ** 63n - 1n);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0])(
    "%s is a float and a double",
    (value) => {
      const buffer = new ByteBuffer(8);
      expect(buffer.setFloat(0, value).getFloat(0)).toBe(value);
      expect(buffer.setDouble(0, value).getDouble(0)).toBe(value);
    },
  );

  test("a float is rounded to the nearest of its type", () => {
    expect(new ByteBuffer(4).addFloat(0.1).getFloat()).toBe(Math.fround(0.1));
  });

  test("the largest numbers are a float and a double", () => {
    const maxFloat = 3.4028234663852886e38;
    expect(new ByteBuffer(4).addFloat(maxFloat).getFloat()).toBe(maxFloat);
    expect(new ByteBuffer(8).addDouble(Number.MAX_VALUE).getDouble()).toBe(Number.MAX_VALUE);
  });
});

describe("text", () => {
  test("getString gives the whole buffer, wherever the cursors are", () => {
    expect(new ByteBuffer(4).addString("ab").getString()).toBe("ab\0\0");
  });

  test("getString decodes other charsets", () => {
    expect(ByteBuffer.from(new Uint8Array([0xe9])).getString("iso-8859-1")).toBe("é");
    expect(ByteBuffer.from(new Uint8Array([0xe9, 0])).getString("utf-16le")).toBe("é");
  });

  test("an unknown charset throws, and the read cursor stays", () => {
    const buffer = createBuffer();
    expect(() => buffer.getString("klingon")).toThrow(RangeError);
    expect(() => buffer.getStringAt(2, -1, "klingon")).toThrow(RangeError);
    expect(buffer.getReadCursor()).toBe(3);
  });

  test("bytes that are no text become U+FFFD", () => {
    expect(ByteBuffer.from(new Uint8Array([0x61, 0xff])).getString()).toBe("a\ufffd");
  });

  test("an unpaired surrogate is written as U+FFFD", () => {
    expect(ByteBuffer.from("\ud800").getString()).toBe("\ufffd");
  });

  test("a byte order mark stays in the text", () => {
    expect(ByteBuffer.from("\ufeffa").getString()).toBe("\ufeffa");
  });

  test("setString replaces the storage: the size is the text's, both cursors are 0", () => {
    const buffer = createBuffer();
    expect(buffer.setString("héllo wörld")).toBe(buffer);
    expect(buffer.size()).toBe(13);
    expect(buffer.getString()).toBe("héllo wörld");
    expect([buffer.getWriteCursor(), buffer.getReadCursor()]).toEqual([0, 0]);
  });

  test("setString leaves the bytes that it replaces alone", () => {
    const bytes = new Uint8Array([1, 2]);
    const buffer = new ByteBuffer(0);
    repoint(buffer, bytes);
    buffer.setString("ab");
    expect(bytes).toEqual(new Uint8Array([1, 2]));
  });

  test("numbers are read from what setString wrote", () => {
    const buffer = createBuffer();
    buffer.getByte(0);
    expect(buffer.setString("a").getByte(0)).toBe(0x61);
  });

  test("setStringAt writes over the bytes at the index", () => {
    expect(ByteBuffer.from("abcdef").setStringAt(2, "XY").getString()).toBe("abXYef");
  });
});

describe("copying between buffers", () => {
  test("copyFrom takes bytes of another buffer", () => {
    const buffer = createBuffer();
    expect(buffer.copyFrom(1, ByteBuffer.from("abc"), 1, 2)).toBe(buffer);
    expect(buffer.bytes).toEqual(new Uint8Array([1, 0x62, 0x63, 4, 5, 6, 7, 8]));
  });

  test("copyTo gives bytes to another buffer", () => {
    const target = new ByteBuffer(3);
    const buffer = createBuffer();
    expect(buffer.copyTo(6, target, 1, 2)).toBe(buffer);
    expect(target.bytes).toEqual(new Uint8Array([0, 7, 8]));
  });

  test("copying moves no cursor", () => {
    const [source, target] = [createBuffer(), createBuffer()];
    source.copyTo(0, target, 0, 2).copyFrom(0, target, 0, 2);
    expect([source.getReadCursor(), source.getWriteCursor()]).toEqual([3, 3]);
    expect([target.getReadCursor(), target.getWriteCursor()]).toEqual([3, 3]);
  });
});

describe("base64", () => {
  test("is padded as RFC 4648 shows", () => {
    const encoded = ["", "f", "fo", "foo", "foob"].map((text) => ByteBuffer.from(text).toBase64());
    expect(encoded).toEqual(["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
  });

  test("of a buffer longer than what is encoded at a time is in one piece", () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index * 7);
    const decoded = atob(ByteBuffer.from(bytes).toBase64());
    expect(decoded).toBe(new TextDecoder("utf-16le").decode(Uint16Array.from(bytes)));
  });
});

describe("repoint", () => {
  test("shows other bytes without copying them", () => {
    const bytes = new Uint8Array([1, 2]);
    const buffer = new ByteBuffer(0);
    repoint(buffer, bytes);
    bytes[1] = 9;
    buffer.setByte(0, 7);
    expect(buffer.bytes).toEqual(new Uint8Array([7, 9]));
    expect(bytes).toEqual(new Uint8Array([7, 9]));
  });

  test("sets both cursors to 0", () => {
    const buffer = createBuffer();
    repoint(buffer, new Uint8Array(1));
    expect([buffer.getWriteCursor(), buffer.getReadCursor(), buffer.size()]).toEqual([0, 0, 1]);
  });

  test("makes numbers be read from the new bytes", () => {
    const buffer = createBuffer();
    expect(buffer.getShort(0)).toBe(0x0102);
    repoint(buffer, new Uint8Array([9, 8, 7, 6]).subarray(1, 3));
    expect(buffer.getShort(0)).toBe(0x0807);
  });
});
