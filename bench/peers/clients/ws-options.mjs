/** The options of `ws`, for it and for the peers over it. */

import { MAX_PAYLOAD_BYTES } from "../../limits.mjs";
import { DEFLATE_LEVEL } from "../deflate.mjs";

const DEFLATE = {
  takeover: { threshold: 0, zlibDeflateOptions: { level: DEFLATE_LEVEL } },
  alone: {
    threshold: 0,
    zlibDeflateOptions: { level: DEFLATE_LEVEL },
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
  },
};

/** @param deflate "takeover", "alone", or undefined: no compression */
export function wsOptions(deflate) {
  return {
    perMessageDeflate: deflate === undefined ? false : DEFLATE[deflate],
    maxPayload: MAX_PAYLOAD_BYTES,
  };
}
