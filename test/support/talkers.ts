/** Talkers: servers of one test that send what they were given, to whoever connects or speaks first. */

import type { WebSocket as Peer } from "ws";
import { CloseCode } from "../../src/index.ts";
import { startPeerServer } from "./listening.ts";

/** A server that sends these messages to whoever connects, and closes. Resolves with its URL. */
export function startTalker(...messages: readonly (string | Buffer)[]): Promise<string> {
  return startPeerServer({
    serve(peer) {
      for (const message of messages) peer.send(message);
      peer.close(CloseCode.NORMAL);
    },
  });
}

/** A server that notes the first message of a connection, and answers it. Resolves with its URL. */
export function startAnswerer(heard: string[], answer: (peer: Peer) => void): Promise<string> {
  return startPeerServer({
    serve: (peer) =>
      peer.once("message", (data) => {
        heard.push(`${data}`);
        answer(peer);
      }),
  });
}
