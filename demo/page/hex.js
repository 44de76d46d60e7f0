/** Hex: bytes as people type them, `de ad be ef`, `0xDE,0xAD` or `deadbeef`. */

const SEPARATORS = /[\s,;:-]+/;
const NO_DIGIT = /[^0-9a-f]/i;

function checkGroup(digits, group) {
  const wrong = NO_DIGIT.exec(digits)?.[0];
  if (wrong !== undefined)
    throw new SyntaxError(`“${wrong}” in “${group}” is not a hex digit (0–9, a–f).`);
  if (digits.length === 0) throw new SyntaxError(`“${group}” has no digits.`);
  if (digits.length > 1 && digits.length % 2 === 1) {
    throw new SyntaxError(
      `“${group}” has ${digits.length} digits; a byte takes two, as in “0${digits}”.`,
    );
  }
}

function parseGroup(group) {
  const digits = group.replace(/^0x/i, "");
  checkGroup(digits, group);
  const pairs = digits.match(/../g) ?? [digits];
  return pairs.map((pair) => Number.parseInt(pair, 16));
}

/**
 * The bytes that `text` spells; blanks, commas, colons and dashes separate, `0x` may lead, a digit that
 * stands alone is a byte.
 *
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {SyntaxError} naming what is wrong, in a sentence for the one who typed it
 */
export function parseHex(text) {
  const groups = text.split(SEPARATORS).filter((group) => group !== "");
  if (groups.length === 0) throw new SyntaxError("Type at least one byte, as in “ca fe”.");
  return Uint8Array.from(groups.flatMap(parseGroup));
}
