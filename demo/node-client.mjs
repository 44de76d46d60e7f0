/** Node client: text, JSON and binary to the echo server and back, each step printed and checked.
 *  Binary goes through one `ByteBuffer` on the way out and one, the listener's, on the way in. */

import { isDeepStrictEqual } from "node:util";
import { ByteBuffer, CloseCode } from "onesocket";
import { EchoClient } from "./echo-client.mjs";
import { formatBytes, formatMs, formatRecord, toHex } from "./page/format.js";
import { summarize } from "./page/latency.js";
import { RECORD_BYTES, readRecord, writeRecord } from "./page/record.js";
import { terminal } from "./terminal.mjs";

const TEXT = "Grüße from Node: žluťoučký kůň, 東京, 🐎";
const DOCUMENT = { type: "greeting", from: "node", to: ["page", "server"], urgent: false };
const RECORDS = [
  { sequence: 1, temperature: 21.5, place: "Zürich" },
  { sequence: 2, temperature: -40.25, place: "Oymyakon" },
];
const MEASURED_ROUND_TRIPS = 200;
const SHOWN_BYTES = 16;
const BLOCKS = "▁▂▃▄▅▆▇█";

function check(isRight, complaint) {
  if (!isRight) throw new Error(complaint);
}

async function exchangeText(client) {
  const size = formatBytes(Buffer.byteLength(TEXT));
  terminal.sent("text", `"${TEXT}" · ${size}`);
  const { echo, roundTripMs } = await client.roundTrip(TEXT, (text) => text);
  check(echo === TEXT, `the text came back as ${JSON.stringify(echo)}`);
  terminal.received("text", `"${echo}" · ${formatMs(roundTripMs)}`);
}

async function exchangeJson(client) {
  const text = JSON.stringify(DOCUMENT);
  terminal.sent("json", `${text} · ${formatBytes(Buffer.byteLength(text))}`);
  const { echo, roundTripMs } = await client.roundTrip(text, (answer) => JSON.parse(answer));
  check(isDeepStrictEqual(echo, DOCUMENT), `the document came back as ${JSON.stringify(echo)}`);
  terminal.received("json", `${JSON.stringify(echo)} · ${formatMs(roundTripMs)}`);
}

/** Sends a record in `outgoing`; resolves with the listener's buffer, which the next echo reuses. */
async function exchangeRecord(client, outgoing, record) {
  writeRecord(outgoing, record);
  const head = `${toHex(outgoing.bytes, SHOWN_BYTES)} · ${formatBytes(outgoing.size())}`;
  terminal.sent("binary", `${formatRecord(record)} = ${head}`);
  const { echo, roundTripMs } = await client.roundTrip(outgoing, (incoming) => {
    check(incoming instanceof ByteBuffer, "the record came back as text");
    check(incoming.size() === RECORD_BYTES, `the record came back with ${incoming.size()} bytes`);
    return { incoming, record: readRecord(incoming) };
  });
  const shown = formatRecord(echo.record);
  check(isDeepStrictEqual(echo.record, record), `the record came back as ${shown}`);
  terminal.received("binary", `${shown} · ${formatMs(roundTripMs)}`);
  return echo.incoming;
}

async function exchangeRecords(client) {
  const outgoing = new ByteBuffer(RECORD_BYTES);
  const buffers = new Set();
  for (const record of RECORDS) buffers.add(await exchangeRecord(client, outgoing, record));
  check(buffers.size === 1, "the listener's buffer was not reused");
}

/** A row of blocks, as many as `count`, each the median of its share of the samples. */
function drawBlocks(samples, count) {
  const share = samples.length / count;
  const medians = Array.from({ length: count }, (_, index) => {
    return summarize(samples.slice(index * share, (index + 1) * share)).medianMs;
  });
  const highest = Math.max(...medians);
  return medians
    .map((median) => BLOCKS[Math.ceil((median / highest) * BLOCKS.length) - 1])
    .join("");
}

async function measureLatency(client) {
  const samples = [];
  for (let count = 0; count < MEASURED_ROUND_TRIPS; count += 1) {
    const message = `ping ${count}`;
    const { echo, roundTripMs } = await client.roundTrip(message, (text) => text);
    check(echo === message, `"${message}" came back as ${JSON.stringify(echo)}`);
    samples.push(roundTripMs);
  }
  const { medianMs, p95Ms } = summarize(samples);
  const numbers = `median ${formatMs(medianMs)}, p95 ${formatMs(p95Ms)}`;
  terminal.measured(
    "latency",
    `${samples.length} round trips: ${numbers}  ${drawBlocks(samples, 20)}`,
  );
}

async function closeCleanly(client) {
  client.close(CloseCode.NORMAL, "that was all");
  terminal.state(client.state, "everything sent, saying goodbye");
  const { code, reason, wasClean } = await client.closed();
  const how = `${code} "${reason}", ${wasClean ? "clean" : "not clean"}`;
  check(
    code === CloseCode.NORMAL && reason === "that was all" && wasClean,
    `it closed with ${how}`,
  );
  terminal.state(client.state, how);
}

/** Sends one of each kind, then many for their round trips. */
async function exchangeAll(client) {
  await client.open();
  terminal.state(client.state, `subprotocol "${client.protocol}"`);
  await exchangeText(client);
  await exchangeJson(client);
  await exchangeRecords(client);
  await measureLatency(client);
}

/**
 * Runs the whole exchange and prints it line by line. The connection is closed in any case.
 *
 * @param {string} url the echo server's `ws:` URL
 * @throws {Error} when the connection fails, an echo is wrong, or the close is not clean
 */
export async function runNodeClient(url) {
  const client = new EchoClient(url);
  terminal.state(client.state, url);
  try {
    await exchangeAll(client);
    await closeCleanly(client);
    terminal.passed("every echo was right, binary through one reused buffer each way");
  } finally {
    client.close(CloseCode.NORMAL, "");
  }
}
