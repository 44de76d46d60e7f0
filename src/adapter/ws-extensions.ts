/** Ws extensions: what was agreed upon about compression, read from the header field that says so. */

/** Node's zlib makes no raw stream with a smaller window than this. */
const MIN_WINDOW_BITS = 9;
const MAX_WINDOW_BITS = 15;

/**
 * The window, in bits, of messages that a server compresses each by itself, so that one serves many
 * connections; 0 where it compresses none, or keeps the window from one to the next.
 *
 * @param extensions the value of `Sec-WebSocket-Extensions` in the server's answer
 * @see RFC 7692, section 7.1
 */
export function windowAlone(extensions: string): number {
  const parameters = extensions.split(";").map((part) => part.trim());
  if (parameters[0] !== "permessage-deflate") return 0;
  if (!parameters.includes("server_no_context_takeover")) return 0;
  const bits = parameters.find((part) => part.startsWith("server_max_window_bits="));
  const window = bits === undefined ? MAX_WINDOW_BITS : Number(bits.split("=")[1]);
  return window >= MIN_WINDOW_BITS ? window : 0;
}
