/** Requests: what the test server saw of a handshake. */

import type { IncomingHttpHeaders } from "node:http";
import { WebSocket, type WebSocketOptions } from "../../src/index.ts";
import { closed, nextMessage } from "./sockets.ts";

/** A handshake request, as the server saw it. */
export interface SeenRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Dials `url`, whose peer tells the request that it got, and closes. */
export async function seenRequest(
  url: string,
  options: WebSocketOptions = {},
): Promise<SeenRequest> {
  const socket = new WebSocket(url, null, options);
  const ended = closed(socket);
  const told = await Promise.race([nextMessage(socket), ended]);
  if (typeof told !== "string") throw new Error(`no request was told: ${JSON.stringify(told)}`);
  await closed(socket.close());
  return JSON.parse(told);
}
