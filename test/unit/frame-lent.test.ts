/** How much of the shared memory a socket is lent for a read: that of who does not keep up is little, and so is most
 *  of what comes in a row. */

import { expect, test } from "vitest";
import {
  CAREFUL_READ_BYTES,
  LARGE_READS,
  Lender,
  READ_BYTES,
  READS_IN_A_ROW,
  SMALL_READ_BYTES,
} from "../../src/adapter/frame-lent.ts";

/** Fills all that is lent, so many times; tells how much it was each time. */
function fill(lender: Lender, times: number): number[] {
  return Array.from({ length: times }, () => {
    const { length } = lender.lend(false);
    lender.take(length);
    return length;
  });
}

test("the first read is a careful one, and so are all behind reads that were not full", () => {
  const lender = new Lender();
  for (const bytes of [1, 1000, CAREFUL_READ_BYTES - 1]) {
    expect(lender.lend(false).length).toBe(CAREFUL_READ_BYTES);
    expect(lender.take(bytes).length).toBe(bytes);
  }
});

test("behind a full read all of it is lent, and stays so behind others that are not full", () => {
  const lender = new Lender();
  fill(lender, 1);
  for (const bytes of [1, 70_000, READ_BYTES - 1]) {
    expect(lender.lend(false).length).toBe(READ_BYTES);
    lender.take(bytes);
  }
});

test("who has stopped is lent little until there was a full read again", () => {
  const lender = new Lender();
  fill(lender, 1);
  expect(lender.lend(true).length).toBe(CAREFUL_READ_BYTES);
  lender.take(CAREFUL_READ_BYTES - 1);
  expect(lender.lend(false).length).toBe(CAREFUL_READ_BYTES);
  lender.take(CAREFUL_READ_BYTES);
  expect(lender.lend(true).length).toBe(CAREFUL_READ_BYTES);
  lender.take(CAREFUL_READ_BYTES);
  expect(lender.lend(false).length).toBe(READ_BYTES);
});

test("of the full reads that libuv makes in a row only a few are large", () => {
  const lender = new Lender();
  fill(lender, 1);
  lender.lend(false);
  lender.take(0);
  const inRow = [
    ...Array.from({ length: LARGE_READS }, () => READ_BYTES),
    ...Array.from({ length: READS_IN_A_ROW - LARGE_READS }, () => SMALL_READ_BYTES),
  ];
  expect(fill(lender, 2 * READS_IN_A_ROW)).toEqual([...inRow, ...inRow]);
});

test("all that is lent, to whomever, begins at the same place, where what was read is taken from", () => {
  const [one, other] = [new Lender(), new Lender()];
  const { buffer, byteOffset } = one.lend(false);
  fill(other, 1);
  for (const memory of [other.lend(false), other.take(READ_BYTES), other.lend(true), one.take(7)]) {
    expect(memory.buffer).toBe(buffer);
    expect(memory.byteOffset).toBe(byteOffset);
  }
});
