/** What clients over this library's connection have in common. */

import { MAX_PAYLOAD_BYTES } from "../../limits.mjs";
import { importBuilt } from "../dist.mjs";

const { connect } = await importBuilt("index.js");

const OPTIONS = { readLimit: MAX_PAYLOAD_BYTES };

/** Resolves with an open connection, which `readAll` reads from then on. */
export async function openReading(url, readAll) {
  const connection = await connect(url, OPTIONS);
  readAll(connection);
  return connection;
}

/** Does not wait until it is sent: nor do the other peers. */
export function send(connection, data) {
  connection.send(data);
}

/** Resolves once the connection has closed. */
export function close(connection) {
  return connection.close(1000);
}
