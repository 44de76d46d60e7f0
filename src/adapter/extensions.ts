/** Extensions: what was agreed upon about compression, read from the header field that says so. */

/**
 * The smallest window that Node's zlib compresses with; peers that use zlib do so where 8 was agreed upon.
 * Of this one it uses 250 bytes, so that it serves for 8.
 */
export const MIN_WINDOW_BITS = 9;
const MAX_WINDOW_BITS = 15;

const NAME = "permessage-deflate";
/** A parameter of an answer (RFC 7692, section 7.1): a number is decimal, and may stand in quotes. */
const ANSWERED =
  /^(?:(?:server|client)_no_context_takeover|(?:server|client)_max_window_bits=("?)(?:[89]|1[0-5])\1)$/;
/** An offer may leave open how large a window the client is to have. */
const OFFERED = new RegExp(`${ANSWERED.source}|^client_max_window_bits$`);

/** How messages in one direction are compressed. */
export interface DeflateDirection {
  /** Whether a message may repeat what was in those before it. */
  readonly takeover: boolean;
  /** How far back it may reach, as the power of two of bytes: 8 to 15. */
  readonly windowBits: number;
}

/** How messages are compressed, each way. */
export interface DeflateTerms {
  readonly out: DeflateDirection;
  readonly in: DeflateDirection;
}

/**
 * What was agreed upon about permessage-deflate; null where it is not in use.
 *
 * @param extensions the value of `Sec-WebSocket-Extensions` in the server's answer
 * @param isServer whether it is read by the server
 * @see RFC 7692, section 7.1
 */
export function readTerms(extensions: string, isServer: boolean): DeflateTerms | null {
  const [name, ...parameters] = extensions.split(";").map((part) => part.trim());
  if (name !== NAME) return null;
  const server = readDirection(parameters, "server");
  const client = readDirection(parameters, "client");
  return isServer ? { out: server, in: client } : { out: client, in: server };
}

/**
 * The window, in bits, of messages that a server compresses each by itself, so that one serves many
 * connections; 0 where it compresses none, or keeps the window from one to the next.
 *
 * @param extensions the value of `Sec-WebSocket-Extensions` in the server's answer
 */
export function windowAlone(extensions: string): number {
  const terms = readTerms(extensions, true);
  if (!terms || terms.out.takeover) return 0;
  const { windowBits } = terms.out;
  return windowBits >= MIN_WINDOW_BITS ? windowBits : 0;
}

/**
 * The offers of a client that a server may agree to, as a client would have made them alone; `""` where there are
 * none. Those that can't be read are declined, and so is what is not known.
 *
 * @param offers the value of `Sec-WebSocket-Extensions` in the client's request
 * @see RFC 7692, section 7
 */
export function listOffers(offers: string): string {
  const known = offers.split(",").filter((offer) => isDeflate(offer, OFFERED));
  return known.map((offer) => offer.trim()).join(", ");
}

/** Whether a server's answer names one extension at most, with parameters that it may have. */
export function isAnswer(extensions: string): boolean {
  return extensions === "" || isDeflate(extensions, ANSWERED);
}

function isDeflate(extension: string, allowed: RegExp): boolean {
  const [name, ...parameters] = extension.split(";").map((part) => part.trim());
  const names = parameters.map((parameter) => parameter.split("=")[0]);
  const isPlain = name === NAME && new Set(names).size === names.length;
  return isPlain && parameters.every((parameter) => allowed.test(parameter));
}

function readDirection(parameters: readonly string[], side: string): DeflateDirection {
  const name = `${side}_max_window_bits`;
  const bits = parameters.find((parameter) => parameter.startsWith(`${name}=`));
  return {
    takeover: !parameters.includes(`${side}_no_context_takeover`),
    // Its value may stand in quotes (RFC 6455, section 9.1).
    windowBits: Number(bits?.slice(name.length + 1).replaceAll('"', "") ?? MAX_WINDOW_BITS),
  };
}
