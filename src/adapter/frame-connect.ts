/** Frame connect: connects sockets that read into memory which is lent to them, instead of new memory each time. */

import { connect, isIP, type Socket, type TcpSocketConnectOpts } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { Lender } from "./frame-lent.ts";
import { receiveLent, takeStop } from "./frame-socket.ts";
import type { Endpoint, OpenSocket } from "./private-networks.ts";

type OnRead = NonNullable<TcpSocketConnectOpts["onread"]>;

/** Opens a socket by `open`; until a wire has taken it over, what it reads is copied for whoever it is. */
function connectLent(open: (onread: OnRead) => Socket): Socket {
  const lender = new Lender();
  let socket: Socket | null = null;
  // Asked for once before there is a socket.
  const buffer = (): Buffer => lender.lend(socket !== null && takeStop(socket));
  const callback = (bytes: number): boolean => {
    if (socket) receiveLent(socket, lender.take(bytes));
    return true;
  };
  socket = open({ buffer, callback });
  return socket;
}

export const connectPlain: OpenSocket = ({ host, port }, lookup) =>
  connectLent((onread) => connect({ host, port, onread, ...(lookup && { lookup }) }));

/** The same over TLS; the options are those of `tls.connect`, and some that are not. */
export function connectSecure(options: Endpoint & ConnectionOptions): Socket {
  const { host, servername = isIP(host) === 0 ? host : "" } = options;
  return connectLent((onread) => {
    // A path would be that of a local socket.
    const settings = { ...options, path: undefined, servername, onread };
    return connectTls(settings);
  });
}
