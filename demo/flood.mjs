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
function parseCount(data, isBinary) {
  const count = isBinary ? Number.NaN : Number(data);
  return Number.isInteger(count) && count > 0 && count <= MAX_MESSAGES ? count : undefined;
}

/** Resolves with whether the network has taken it. */
function handOver(socket, text) {
  return new Promise((resolve) => {
    socket.send(text, (error) => resolve(!error));
  });
}

async function sendMessages(socket, count) {
  for (let number = 1; number <= count; number += 1) {
    if (!(await handOver(socket, createMessage(number)))) return;
  }
}

/**
 * Answers each text message, a whole number from 1 to 10,000, by as many messages of 8 KiB, numbered from 1.
 *
 * @param {import("ws").WebSocket} socket
 */
export function flood(socket) {
  socket.on("message", (data, isBinary) => {
    const count = parseCount(data, isBinary);
    if (count === undefined) socket.close(POLICY_VIOLATION, `ask for 1..${MAX_MESSAGES} messages`);
    else void sendMessages(socket, count);
  });
  // A broken client concerns nobody else; its socket closes by itself.
  socket.on("error", () => {});
}
