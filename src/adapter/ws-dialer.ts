/** Ws dialer: opens connections by the class of `ws`. */

import type { WebSocket as WsSocket } from "ws";
import { checkProtocols, listProtocols, parseSocketUrl } from "../base/url.ts";
import type { Adapter, AdapterSink, Dialer, DialRequest } from "./adapter.ts";
import { WsAdapter } from "./ws.ts";
import { checkOptions, toWsOptions } from "./ws-options.ts";
import type { ReportingSocket, WsEvent, WsOwner } from "./ws-socket.ts";

type ReportingClass = new (url: URL, protocols: string[], options: object) => ReportingSocket;

/** The class of `ws`, its sockets reporting to their adapters. */
function createReportingClass(Ws: typeof WsSocket): ReportingClass {
  return class extends Ws implements ReportingSocket {
    owner: WsOwner | null = null;
    startedClosing = false;

    constructor(url: URL, protocols: string[], options: object) {
      super(url, protocols, options);
    }

    override close(code?: number, reason?: string | Buffer): void {
      this.startedClosing = true;
      super.close(code, reason);
    }

    override emit(name: string | symbol, first?: unknown, second?: unknown): boolean {
      // Not even null where the constructor of ws threw with a request already made.
      if (!this.owner) return false;
      if (name !== "message") return this.owner.handle(...([name, first, second] as WsEvent));
      this.owner.handleMessage(first as Buffer, second as boolean);
      return true;
    }
  };
}

/** A dialer over the class of `ws`. */
export function createWsDialer(Ws: typeof WsSocket): Dialer {
  let Reporting: ReportingClass | null = null;
  return {
    supported: true,
    checkOptions,

    dial({ url, protocols, options, guard }: DialRequest, sink: AdapterSink): Adapter {
      // Both are converted before either is checked, as Web IDL has it.
      const text = `${url}`;
      const names = listProtocols(protocols);
      const address = parseSocketUrl(text);
      checkProtocols(names);
      Reporting ??= createReportingClass(Ws);
      const Class = Reporting;
      return new WsAdapter(
        address,
        (target, settings) => {
          const settled = toWsOptions(settings, target, guard?.deniesPrivateNetworks);
          return new Class(target, names, settled);
        },
        { options, guard },
        sink,
      );
    },
  };
}
