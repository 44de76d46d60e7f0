/** How much of the shared memory a socket is lent for a read: that of who does not keep up is little, and so is most
 *  of what comes in a row. */

import { expect, test } from "vitest";
import {
  CAREFUL_READ_BYTES,
  LARGE_READS,
  Lender,
  PROOF_READS,
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

/** A socket whose reader keeps up. */
function prove(): Lender {
  const lender = new Lender();
  expect(fill(lender, PROOF_READS)).toEqual(Array(PROOF_READS).fill(CAREFUL_READ_BYTES));
  lender.lend(false);
  lender.take(1);
  return lender;
}

test("who has taken many full reads is lent all of it, and behind others that are not full too", () => {
  const lender = prove();
  for (const bytes of [1, 70_000, READ_BYTES - 1]) {
    expect(lender.lend(false).length).toBe(READ_BYTES);
    lender.take(bytes);
  }
});

test("reads that are not full prove nothing, and take nothing back", () => {
  const lender = new Lender();
  for (let count = 1; count < PROOF_READS; count += 1) {
    fill(lender, 1);
    lender.lend(false);
    lender.take(5);
  }
  expect(fill(lender, 1)).toEqual([CAREFUL_READ_BYTES]);
  expect(lender.lend(false).length).toBe(READ_BYTES);
});

test("who has stopped is lent little until there were as many full reads again", () => {
  const lender = prove();
  expect(lender.lend(true).length).toBe(CAREFUL_READ_BYTES);
  lender.take(CAREFUL_READ_BYTES);
  expect(fill(lender, PROOF_READS - 2)).toEqual(Array(PROOF_READS - 2).fill(CAREFUL_READ_BYTES));
  expect(lender.lend(true).length).toBe(CAREFUL_READ_BYTES);
  lender.take(CAREFUL_READ_BYTES);
  fill(lender, PROOF_READS - 1);
  expect(lender.lend(false).length).toBe(READ_BYTES);
});

test("of the full reads that libuv makes in a row only a few are large", () => {
  const lender = prove();
  const inRow = [
    ...Array.from({ length: LARGE_READS }, () => READ_BYTES),
    ...Array.from({ length: READS_IN_A_ROW - LARGE_READS }, () => SMALL_READ_BYTES),
  ];
  expect(fill(lender, 2 * READS_IN_A_ROW)).toEqual([...inRow, ...inRow]);
});

test("all that is lent, to whomever, begins at the same place, where what was read is taken from", () => {
  const [one, other] = [new Lender(), new Lender()];
  const { buffer, byteOffset } = one.lend(false);
  fill(other, PROOF_READS + LARGE_READS + 1);
  for (const memory of [other.lend(false), other.take(READ_BYTES), other.lend(true), one.take(7)]) {
    expect(memory.buffer).toBe(buffer);
    expect(memory.byteOffset).toBe(byteOffset);
  }
});
