/** All works, in the order of the table: one entry for each variant of each. */

import { CLIENTS, SERVERS } from "../peers/index.mjs";
import { accept } from "./accept.mjs";
import { broadcast } from "./broadcast.mjs";
import { clients } from "./clients.mjs";
import { connect } from "./connect.mjs";
import { flood } from "./flood.mjs";
import { acceptedMemory, dialledMemory } from "./memory.mjs";
import { pipelined } from "./pipelined.mjs";
import { roundTrip } from "./round-trip.mjs";
import { send } from "./send.mjs";

const ALL = [
  roundTrip,
  pipelined,
  send,
  flood,
  broadcast,
  clients,
  connect,
  accept,
  dialledMemory,
  acceptedMemory,
];

function toEntry(work, variant) {
  const peers = variant.peers ?? (work.side === "server" ? SERVERS : CLIENTS);
  const { name, title, kind = work.kind, firstCount = work.firstCount } = variant;
  return { name, title, kind, firstCount, peers, variant, work };
}

/**
 * Each with its names, the `kind` that its effort goes by, the `firstCount` of its calibration, and
 * who is measured: the baseline and the contender first.
 */
export const WORKS = ALL.flatMap((work) => work.variants.map((variant) => toEntry(work, variant)));

/** @throws when there is no such work */
export function findWork(name) {
  const found = WORKS.find((entry) => entry.name === name);
  if (found === undefined) {
    throw new Error(`no work "${name}", only ${WORKS.map((entry) => entry.name).join(", ")}`);
  }
  return found;
}
