/** Chat requests: what a client may ask for, and the check of what it sent.
 *  A message that passes is plain data with nothing in it but what is written here. */

export const ROOMS = ["lobby", "kitchen", "garden"];
const MAX_NAME_CHARACTERS = 24;
const MAX_TEXT_CHARACTERS = 500;
const CONTROL_CHARACTER = /\p{Cc}/u;
const VISIBLE_CHARACTER = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Thrown for what is no request; the message is for the one who sent it. */
export class RequestError extends Error {
  name = "RequestError";
}

/** A text without blanks at its ends, of 1 to `max` characters. */
function checkText(field, value, max) {
  const text = typeof value === "string" ? value.trim() : "";
  // An emoji of several parts counts by its parts: what is bounded is what others have to store.
  const characters = [...text].length;
  if (characters >= 1 && characters <= max) return text;
  const found = typeof value === "string" ? `${characters} characters` : typeof value;
  throw new RequestError(`${field} is ${found}, must be 1 to ${max} characters`);
}

function checkName(value) {
  const name = checkText("name", value, MAX_NAME_CHARACTERS);
  if (CONTROL_CHARACTER.test(name)) throw new RequestError("name has a control character");
  if (!VISIBLE_CHARACTER.test(name)) throw new RequestError("name has nothing that can be seen");
  return name;
}

function checkRoom(value) {
  if (ROOMS.includes(value)) return value;
  throw new RequestError(`room is unknown, must be one of ${ROOMS.join(", ")}`);
}

const READERS = new Map([
  ["join", ({ name, room }) => ({ type: "join", name: checkName(name), room: checkRoom(room) })],
  ["say", ({ text }) => ({ type: "say", text: checkText("text", text, MAX_TEXT_CHARACTERS) })],
]);

function parseJson(message) {
  try {
    return JSON.parse(message);
  } catch {
    throw new RequestError("the message is no JSON");
  }
}

/**
 * Reads a client's message.
 *
 * @param {string | Uint8Array} message
 * @returns {{ type: "join", name: string, room: string } | { type: "say", text: string }}
 * @throws {RequestError} that says what is wrong with it
 */
export function parseRequest(message) {
  if (typeof message !== "string") throw new RequestError("the message is binary, must be text");
  const value = parseJson(message);
  const read = READERS.get(value?.type);
  if (read) return read(value);
  throw new RequestError(`type is unknown, must be one of ${[...READERS.keys()].join(", ")}`);
}
