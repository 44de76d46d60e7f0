/** Flood: on request, more messages than a slow reader can take at once, each as soon as the network has taken
 *  the one before. Who stops reading makes it wait. */

const MAX_MESSAGES = 10_000;
const MESSAGE_BYTES = 8 * 1024;
const POLICY_VIOLATION = 1008;

/** Numbers first, so that a reader can tell whether all have come, and in order. */
function createMessage(number) {
  return `${number} `.padEnd(MESSAGE_BYTES, "~");
}

/** How many messages a request asks for; undefined where it is none. */
function parseCount(request) {
  const count = typeof request === "string" ? Number(request) : Number.NaN;
  return Number.isInteger(count) && count > 0 && count <= MAX_MESSAGES ? count : undefined;
}

/**
 * Answers each text message, a whole number from 1 to 10,000, by as many messages of 8 KiB, numbered from 1.
 *
 * @param {import("onesocket/server").ServerConnection} connection
 */
export async function flood(connection) {
  for await (const request of connection) {
    const count = parseCount(request);
    if (count === undefined) {
      await connection.close(POLICY_VIOLATION, `ask for 1..${MAX_MESSAGES} messages`);
      return;
    }
    for (let number = 1; number <= count; number += 1) await connection.send(createMessage(number));
  }
}
