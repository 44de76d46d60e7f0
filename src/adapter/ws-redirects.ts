/** Ws redirects: what a handshake leaves to the dial: redirects that lead on, refusals to be read. */

import type { IncomingMessage } from "node:http";
import { startTimer } from "../base/timer.ts";
import { parseSocketUrl } from "../base/url.ts";
import type { SocketError } from "../errors.ts";
import type { DialRequest, WebSocketOptions } from "./adapter.ts";
import type { ClientHandshake, StartHandshake } from "./client-handshake.ts";
import { describeRedirect, describeRefusal } from "./ws-errors.ts";

/** How much of a refusal's body goes into the error, in bytes. */
const MAX_BODY_BYTES = 512;
/** How long to wait for it, in ms: the status alone has decided. */
const MAX_BODY_MS = 200;

/**
 * Calls `done` once with the error that a refusal makes, when the start of its body is there or it takes
 * too long.
 */
export function readRefusal(
  response: IncomingMessage,
  url: string,
  done: (error: SocketError) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = startTimer(MAX_BODY_MS, (late) => late.destroy(), response);
  const finish = (): void => {
    clearTimeout(timer);
    response.removeAllListeners("data");
    const { statusCode: status = 0, statusMessage: statusText = "", headers } = response;
    const body = Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString();
    done(describeRefusal({ status, statusText, body, location: headers.location }, url));
  };
  response.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY_BYTES) response.destroy();
  });
  // A body cut short is as good as a whole one here.
  response.on("error", () => {});
  response.once("close", finish);
}

/** What of a dial concerns each of its handshakes. */
export type GuardedOptions = Pick<DialRequest, "options" | "guard">;

/**
 * Follows redirects, as many as the caller allows. From the first on that leads to another origin, none gets the
 * caller's header fields, credentials and keys: not the caller's own origin either, at a path of the other's choice.
 */
export class Redirects {
  readonly #origin: URL;
  readonly #connect: StartHandshake;
  readonly #request: GuardedOptions;
  /** Where the last handshake went. */
  #url: URL;
  #followed = 0;
  /** Whether one has led to another origin: where it leads from there is what that one wants. */
  #hasCrossed = false;

  constructor(url: URL, connect: StartHandshake, request: GuardedOptions) {
    this.#origin = this.#url = url;
    this.#connect = connect;
    this.#request = request;
  }

  /** Whether an answer is a redirect, for it to follow or to refuse. */
  takes({ statusCode = 0, headers }: IncomingMessage): boolean {
    return statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
  }

  /**
   * Starts the handshake that an answer leads to.
   * @throws {SocketError} ERR_REDIRECT when there were too many, it leads to no WebSocket, or out of TLS;
   *   what the guard says of where it leads
   */
  follow({ headers: { location = "" } }: IncomingMessage): ClientHandshake {
    const { options, guard } = this.#request;
    const { followRedirects = 0 } = options;
    const from = this.#origin.href;
    this.#followed += 1;
    if (this.#followed > followRedirects) {
      throw describeRedirect(from, location, `more than followRedirects, ${followRedirects}`);
    }
    const target = parseTarget(location, this.#url);
    if (target === null) throw describeRedirect(from, location, "it is no WebSocket's URL");
    if (this.#url.protocol === "wss:" && target.protocol !== "wss:") {
      throw describeRedirect(from, location, "it would leave TLS");
    }
    guard?.admitUrl(target);
    this.#url = target;
    this.#hasCrossed ||= target.origin !== this.#origin.origin;
    if (this.#hasCrossed) return this.#connect(target, withoutSecrets(options));
    if (target.username === "" && target.password === "") {
      target.username = this.#origin.username;
      target.password = this.#origin.password;
    }
    return this.#connect(target, options);
  }
}

/** The options for another origin than they were given for: no header fields, no key of the caller's. */
function withoutSecrets(options: WebSocketOptions): WebSocketOptions {
  if (options.tls === undefined) return { ...options, headers: {} };
  const { cert, key, pfx, passphrase, servername, ...tls } = options.tls;
  return { ...options, headers: {}, tls };
}

function parseTarget(location: string, base: URL): URL | null {
  try {
    return parseSocketUrl(new URL(location, base));
  } catch {
    return null;
  }
}
