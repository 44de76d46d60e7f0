/** Ws dialer: opens connections of Node, by a request of our own or by the class of `ws`. */

import type { WebSocket as WsSocket } from "ws";
import { checkProtocols, listProtocols, parseSocketUrl } from "../base/url.ts";
import type { Adapter, AdapterSink, Dialer, DialRequest } from "./adapter.ts";
import type { StartHandshake } from "./client-handshake.ts";
import { FrameRequest } from "./frame-request.ts";
import { WsAdapter } from "./ws.ts";
import { checkOptions, isRequestOwn, toRequestOptions, toWsOptions } from "./ws-options.ts";
import { framingOf } from "./ws-settings.ts";
import { createReportingClass, type ReportingClass } from "./ws-socket.ts";

/** Whether there is nothing to make a list of, which costs as much as an URL. */
function isNone(protocols: unknown): boolean {
  return protocols === null || (Array.isArray(protocols) && protocols.length === 0);
}

/** A dialer of Node; `Ws` is the class for handshakes that need it. */
export function createWsDialer(Ws: typeof WsSocket): Dialer {
  let Reporting: ReportingClass | null = null;
  return {
    supported: true,
    checkOptions,

    dial({ url, protocols, options, guard }: DialRequest, sink: AdapterSink): Adapter {
      // Both are converted before either is checked, as Web IDL has it.
      const text = `${url}`;
      const names = isNone(protocols) ? [] : listProtocols(protocols);
      const address = parseSocketUrl(text);
      checkProtocols(names);
      const adapter = new WsAdapter(address.href, options, sink);
      const connect: StartHandshake = (target, settings) => {
        const onlyPublic = guard?.deniesPrivateNetworks;
        if (isRequestOwn(settings)) {
          return new FrameRequest(target, names, toRequestOptions(settings, target, onlyPublic));
        }
        Reporting ??= createReportingClass(Ws, false);
        const ws = new Reporting(target, names, toWsOptions(settings, target, onlyPublic));
        ws.handsOver = framingOf(settings) === "own";
        return ws;
      };
      adapter.dial(address, connect, { options, guard });
      return adapter;
    },
  };
}
