/** Frame connect: connects sockets that read into memory which all of them share, instead of new memory each time.
 *  A read is taken, or copied, before the next one of any socket. */

import { connect, isIP, type Socket, type TcpSocketConnectOpts } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { receiveLent } from "./frame-socket.ts";
import type { Endpoint, OpenSocket } from "./private-networks.ts";

/** What is read at once, at most, in bytes. */
const READ_BYTES = 64 * 1024;

type OnRead = NonNullable<TcpSocketConnectOpts["onread"]>;

let memory: Buffer | null = null;

/** Opens a socket by `open`; until a wire has taken it over, what it reads is copied for whoever it is. */
function connectLent(open: (onread: OnRead) => Socket): Socket {
  memory ??= Buffer.allocUnsafeSlow(READ_BYTES);
  const buffer = memory;
  const callback = (bytes: number): boolean => {
    receiveLent(socket, buffer.subarray(0, bytes));
    return true;
  };
  const socket = open({ buffer, callback });
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
