/** Client: this library's connection, its messages taken by `for await`. */

import { MAX_PAYLOAD_BYTES } from "../../limits.mjs";
import { importBuilt } from "../dist.mjs";

const { connect } = await importBuilt("index.js");

const OPTIONS = { readLimit: MAX_PAYLOAD_BYTES };

/** Resolves with an open connection; a loop passes on each message. */
export async function open(url, onMessage) {
  const connection = await connect(url, OPTIONS);
  readAll(connection, onMessage);
  return connection;
}

async function readAll(connection, onMessage) {
  for await (const data of connection) onMessage(data);
}

/** Does not wait until it is sent: nor do the other peers. */
export function send(connection, data) {
  connection.send(data);
}

/** Resolves once the connection has closed. */
export function close(connection) {
  return connection.close(1000);
}
