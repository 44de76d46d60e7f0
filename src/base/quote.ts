/** Quote: what a peer sent, as a message may show it: it can't fill a log, nor move the cursor of a terminal. */

/** How much of it is shown, in characters. */
const MAX_QUOTE_CHARACTERS = 100;
// Beyond those that JSON escapes: what moves a terminal's cursor or breaks a line.
const CONTROL_CHARACTER = /[\x7f-\x9f\u2028\u2029]/g;

/** In quotes, cut at 100 characters, with quotes, backslashes and control characters escaped as in JSON. */
export function quote(text: string): string {
  const shown = text.slice(0, MAX_QUOTE_CHARACTERS);
  return JSON.stringify(shown).replace(CONTROL_CHARACTER, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
