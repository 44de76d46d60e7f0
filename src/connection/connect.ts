/** Connect: dials, and resolves with the open connection. */

import { PlatformSession } from "#session";
import { type Dialer, linkDialer } from "../link.ts";
import { createGuard } from "../policy/policy.ts";
import { type ConnectOptions, checkConnect } from "./connect-options.ts";
import { Connection } from "./connection.ts";
import { orInvalid } from "./invalid.ts";

/**
 * Connects to `url`, and resolves with the connection once it is open.
 *
 * @param url `ws:` or `wss:` (`http:` and `https:` are taken as these); relative in a page
 * @param options checked all together before anything is dialled
 * @throws {SocketError} (rejects) INVALID for a bad URL or options, all of them in one error;
 *   PERMISSION_DENIED when a policy refuses; TIMEOUT after `dialTimeout`; CANCELED when `signal` is aborted;
 *   INTERNAL when the connection failed, with `details.status` where there was an answer
 */
export function connect(url: string | URL, options?: ConnectOptions | null): Promise<Connection> {
  return connectWith(linkDialer, url, options ?? {});
}

/** Connects over another dialer than the platform's. */
export async function connectWith(
  dialer: Dialer,
  url: string | URL,
  given: ConnectOptions,
): Promise<Connection> {
  const request = checkConnect(url, given, dialer);
  const guard = createGuard(given.policy, given.meta);
  guard.admitUrl(request.url);
  // The platform may refuse what was right so far, as plain `ws:` from a page that came by TLS.
  const session = orInvalid(
    "connect",
    "ERR_INVALID_OPTION",
    () => new PlatformSession({ ...request, guard }, request.options, dialer),
  );
  await session.whenOpen();
  return new Connection(session);
}
