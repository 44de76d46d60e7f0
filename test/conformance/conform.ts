/** Conform: a test for each case, against our client and our server, its bytes cut in more ways than one. */

import { describe, test } from "vitest";
import type { Case } from "./case.ts";
import { runCase } from "./run-case.ts";
import { isLenient } from "./strict.ts";
import type { Wire } from "./wire.ts";
import type { Cut } from "./wire-peer.ts";

const SHORT_BYTES = 100;
const WHOLE: Cut = [];
const BYTES: Cut = [1];
/** Small ones first, so that the head is cut as well. */
const ODD: Cut = [1, 1, 2, 3, 1, 5, 7, 4093];

function sizeOf(frame: Wire): number {
  return frame instanceof Uint8Array ? frame.length : (frame.payload?.length ?? 0) + 6;
}

function cutsFor({ send, cuts, isEarly = false }: Case): Readonly<Record<string, Cut>> {
  if (cuts) return cuts;
  if (isEarly) return { "along with the handshake": WHOLE };
  const size = send.reduce((sum, frame) => sum + sizeOf(frame), 0);
  if (size < SHORT_BYTES) return { "in one piece": WHOLE, "byte by byte": BYTES };
  return { "in one piece": WHOLE, "in odd pieces": ODD };
}

/** A test for each case, side and cut. */
export function conform(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const each of cases) {
      const { sides = ["client", "server"] } = each;
      for (const side of sides) {
        for (const [how, cut] of Object.entries(cutsFor(each))) {
          const skips = isLenient && each.strict !== undefined;
          test.skipIf(skips)(`${side}: ${each.name}, ${how}`, () => runCase(each, side, cut));
        }
      }
    }
  });
}
