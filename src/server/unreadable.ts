/** Unreadable: requests that an HTTP server of our own gives up on: what its peers are told, and that nothing of
 *  the requests is kept until their sockets have closed. */

import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/** What Node says of a request that it cannot read. */
export interface ReadError extends Error {
  readonly code?: string;
  /** Node's copy of what it was reading, up to 64 KiB. */
  rawPacket?: unknown;
}

/** As Node has them; what else its parser complains of is 400. Nothing of a body is: a head is answered at once. */
const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers as Node would, and destroys the socket.
 *
 * Sockets close after all else that one turn of the event loop has to read. Until then Node keeps the header fields
 * and a copy of what it was reading: 100 KiB and more of each, and of hundreds at once if they come together.
 */
export function endUnreadable(error: ReadError, socket: Socket): void {
  delete error.rawPacket;
  // Emptied, not replaced: an array that has become old would keep its strings until the next full collection.
  const { parser } = socket as { parser?: { _headers?: unknown[] } | null };
  if (Array.isArray(parser?._headers)) parser._headers.length = 0;
  // What is written already is the one answer that a connection gets here; a failed TLS handshake can carry none.
  const { code = "" } = error;
  const isRequest = code.startsWith("HPE_") || Object.hasOwn(STATUSES, code);
  if (isRequest && socket.writable && socket.bytesWritten === 0) {
    const status = STATUSES[code] ?? 400;
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
  }
  socket.destroy(error);
}
