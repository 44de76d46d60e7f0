/** Listeners: makes calls of `addListener`'s handlers, each shielded: its error never reaches the others. */

import { report } from "#events";
import type { Call } from "./call.ts";

/** A handler as `addListener` takes it, whatever its parameters are. */
export type Handler = (event: never, data: never, passedArg: never) => void;

/** Makes of incoming bytes what the handler gets; `last` is what it made for this registration before. */
export type ViewBytes = (bytes: Uint8Array, last: unknown) => unknown;

/** Makes the call of one registration. */
export function createCall(
  event: string,
  handler: Handler,
  passedArg: unknown,
  view: ViewBytes,
): Call {
  let last: unknown;
  const call = (data: unknown): void => {
    try {
      const shown = data instanceof Uint8Array ? view(data, last) : data;
      if (shown !== data) last = shown;
      handler(event as never, shown as never, passedArg as never);
    } catch (error) {
      report(error);
    }
  };
  call.handler = handler;
  return call;
}
