/** The peers: who is measured beside whom. Each is a module of `clients/` or `servers/`,
 *  or both. */

/** Bare `ws`: every ratio is to it. */
export const BASELINE = "ws";
/** This library, which the bars are for. */
export const CONTENDER = "onesocket";
/**
 * No WebSocket library: the same bytes on a TCP socket, which is as fast as Node lets anyone be.
 */
export const CEILING = "tcp";

export const CLIENTS = [
  BASELINE,
  CONTENDER,
  "undici",
  "partysocket",
  "reconnecting-websocket",
  "socket.io",
  CEILING,
];

/** Those over `ws`, which are all that compress what they send. */
export const COMPRESSING_CLIENTS = [BASELINE, CONTENDER, "partysocket", "reconnecting-websocket"];

export const SERVERS = [BASELINE, CONTENDER, "crossws", CEILING];

/** What stands in tables for a name. */
export const TITLES = {
  [CEILING]: "raw TCP",
  "onesocket-pull": "for await",
  "onesocket-batches": "batches",
  "onesocket-handler": "handler",
};

/** @returns a name as tables have it */
export function titleOf(name) {
  return TITLES[name] ?? name;
}
