/** JSON as programs send it: words, numbers and dates that differ, the same in every run. */

const DOCUMENTS = 64;
const WORDS =
  "alpha beacon cargo delta engine field garden harbor island jacket kernel ladder".split(" ");

/** Numbers that look random: a linear congruence, whose high bits are good enough for words. */
function createRandom(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function createEntry(random) {
  const word = () => WORDS[random(WORDS.length)];
  return {
    id: random(1_000_000),
    name: `${word()} ${word()}`,
    tags: [word(), word()],
    price: random(100_000) / 100,
    updated: new Date(1.7e12 + random(1e9) * 100).toISOString(),
    active: random(2) === 1,
  };
}

/** A text of JSON, padded by its last field to exactly so many characters. */
function createDocument(random, characters) {
  const entries = [createEntry(random)];
  const textOf = (note) => JSON.stringify({ entries, note });
  while (textOf("").length < characters - 200) entries.push(createEntry(random));
  return textOf(".".repeat(characters - textOf("").length));
}

/** Texts of so many characters, all ASCII, of which no two are alike. */
export function createDocuments(characters) {
  const random = createRandom(7);
  return Array.from({ length: DOCUMENTS }, () => createDocument(random, characters));
}
