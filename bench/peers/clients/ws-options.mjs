/** The options of `ws`, for it and for the peers over it. */

import { MAX_PAYLOAD_BYTES } from "../../limits.mjs";
import { DEFLATE_MODES } from "../deflate.mjs";

function toDeflate({ keepsWindow, level }) {
  const settings = { threshold: 0, zlibDeflateOptions: { level } };
  if (keepsWindow) return settings;
  return { ...settings, serverNoContextTakeover: true, clientNoContextTakeover: true };
}

/** @param deflate a key of DEFLATE_MODES, or undefined: no compression */
export function wsOptions(deflate) {
  return {
    perMessageDeflate: deflate === undefined ? false : toDeflate(DEFLATE_MODES[deflate]),
    maxPayload: MAX_PAYLOAD_BYTES,
  };
}
