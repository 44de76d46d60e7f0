/** All works, in the order of the table: one entry for each variant of each. */

import { accept, acceptedHeap } from "./accept.mjs";
import { broadcast } from "./broadcast.mjs";
import { connect } from "./connect.mjs";
import { flood } from "./flood.mjs";
import { heap } from "./heap.mjs";
import { pipelined } from "./pipelined.mjs";
import { roundTrip } from "./round-trip.mjs";

/** @type {readonly { name: string, title: string, variant: object, work: object }[]} */
const ALL = [roundTrip, pipelined, flood, connect, heap, broadcast, accept, acceptedHeap];

export const WORKS = ALL.flatMap((work) =>
  work.variants.map((variant) => ({ name: variant.name, title: variant.title, variant, work })),
);

/** @throws when there is no such work */
export function findWork(name) {
  const found = WORKS.find((entry) => entry.name === name);
  if (found === undefined) {
    throw new Error(`no work "${name}", only ${WORKS.map((entry) => entry.name).join(", ")}`);
  }
  return found;
}
