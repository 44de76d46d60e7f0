/** Record: a measurement as bytes, written to and read from a `ByteBuffer` of fixed size.
 *  Layout, big-endian: int sequence, double temperature, unsigned short length, UTF-8 place, zeros. */

/** Bytes of a record, whatever its place's name. */
export const RECORD_BYTES = 32;

const HEADER_BYTES = 4 + 8 + 2;
const encoder = new TextEncoder();

/**
 * Overwrites `buffer` with a record.
 *
 * @throws {RangeError} when the place takes more than 18 bytes
 */
export function writeRecord(buffer, { sequence, temperature, place }) {
  const placeBytes = encoder.encode(place).length;
  if (placeBytes > RECORD_BYTES - HEADER_BYTES) {
    throw new RangeError(
      `writeRecord: place has ${placeBytes} bytes, at most ${RECORD_BYTES - HEADER_BYTES}`,
    );
  }
  buffer.clear();
  buffer.addInt(sequence);
  buffer.addDouble(temperature);
  buffer.addUShort(placeBytes);
  buffer.addString(place);
}

/** Reads the record that begins at the buffer's first byte. */
export function readRecord(buffer) {
  buffer.readSeek(0);
  const sequence = buffer.getInt();
  const temperature = buffer.getDouble();
  const place = buffer.getStringAt(buffer.getUShort());
  return { sequence, temperature, place };
}
