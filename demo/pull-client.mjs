/** Pull client: the same echo without a listener. Each message is awaited by `receive`, `for await` or `select`,
 *  and each step is printed and checked. */

import { isDeepStrictEqual } from "node:util";
import { after, connect, select } from "onesocket";
import { formatMs } from "./page/format.js";
import { terminal } from "./terminal.mjs";

const TEXT = "Grüße, abgeholt statt zugestellt 📬";
const DOCUMENT = { type: "greeting", from: "node", to: ["whoever", "awaits"] };
const NUMBERS = [1, 2, 3];
const SILENCE = "25ms";
const PATIENCE = "5s";

function check(isRight, complaint) {
  if (!isRight) throw new Error(complaint);
}

/** One message, and the next one that comes: its echo, or null when the time is up. */
async function receiveEcho(connection) {
  terminal.sent("text", `"${TEXT}"`);
  const sentAt = performance.now();
  await connection.send(TEXT);
  const echo = await connection.receive(PATIENCE);
  check(echo === TEXT, `receive gave ${JSON.stringify(echo)}`);
  terminal.received("text", `"${echo}" · ${formatMs(performance.now() - sentAt)}`);
}

async function receiveJson(connection) {
  terminal.sent("json", JSON.stringify(DOCUMENT));
  await connection.send(DOCUMENT);
  const echo = await connection.receive(PATIENCE);
  check(isDeepStrictEqual(JSON.parse(echo), DOCUMENT), `receive gave ${JSON.stringify(echo)}`);
  terminal.received("json", echo);
}

/** Waits for a message or for time to pass, whichever is first. */
async function selectFirst(connection, patience) {
  const messages = connection.channel();
  const { channel, value } = await select([messages.caseReceive(), after(patience).caseReceive()]);
  return channel === messages ? value : null;
}

async function selectEcho(connection) {
  const nothing = await selectFirst(connection, SILENCE);
  check(nothing === null, `a message came unasked: ${JSON.stringify(nothing)}`);
  terminal.selected("after", `nothing came within ${SILENCE}, so the time was first`);
  await connection.send(TEXT);
  const message = await selectFirst(connection, PATIENCE);
  check(message?.data === TEXT, `select gave ${JSON.stringify(message)}`);
  terminal.selected("message", `"${message.data}" was there before ${PATIENCE} had passed`);
}

/** Closes behind what it sent; the echoes that came before are read after. */
async function iterateToTheEnd(connection) {
  await Promise.all(NUMBERS.map((number) => connection.send(`number ${number}`)));
  const echoes = [];
  for await (const echo of connection) {
    echoes.push(echo);
    if (echoes.length === NUMBERS.length) void connection.close(1000, "that was all");
  }
  const wanted = NUMBERS.map((number) => `number ${number}`);
  check(isDeepStrictEqual(echoes, wanted), `for await gave ${JSON.stringify(echoes)}`);
  terminal.received("for await", `${echoes.join(", ")}, and the loop ended with the connection`);
  const { code, reason } = await connection.closed;
  check(code === 1000 && reason === "that was all", `it closed with ${code} "${reason}"`);
  terminal.state("closed", `${code} "${reason}"`);
}

/**
 * Runs the whole exchange and prints it line by line. The connection is closed in any case.
 *
 * @param {string} url the echo server's `ws:` URL
 * @throws {Error} when the connection fails, an echo is wrong or missing, or the close is another
 */
export async function runPullClient(url) {
  const connection = await connect(url, { dialTimeout: PATIENCE });
  try {
    terminal.state("connected", connection.remoteAddress);
    await receiveEcho(connection);
    await receiveJson(connection);
    await selectEcho(connection);
    await iterateToTheEnd(connection);
    terminal.passed("every echo was awaited, no listener was needed");
  } finally {
    await connection.close();
  }
}
