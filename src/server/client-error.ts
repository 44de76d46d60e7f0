/** Client error: what a server of our own answers where Node can't make a request of what a client sends, or not in
 *  time. Nothing of it is kept until the socket has closed. */

import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/** What Node says of the client: a parse error, a timeout, an error of the socket. */
export interface ClientError extends Error {
  readonly code?: string;
  /** Node's copy of what it was reading, up to 64 KiB. */
  rawPacket?: unknown;
}

/**
 * As Node has them; what else its parser complains of is 400. Its 413, for chunks of a body, can't occur: the head
 * has had its 426 by then.
 */
const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers a request that can't be read as Node would, and any other error not at all; destroys the socket.
 *
 * Sockets close after all else that one turn of the event loop has to read. Until then Node keeps the header fields
 * and a copy of what it was reading: 100 KiB and more of each, and of hundreds at once if they come together.
 */
export function answerClientError(error: ClientError, socket: Socket): void {
  delete error.rawPacket;
  // Emptied, not replaced: an array that has become old would keep its strings until the next full collection.
  const { parser } = socket as { parser?: { _headers?: unknown[] } | null };
  if (Array.isArray(parser?._headers)) parser._headers.length = 0;
  const { code = "" } = error;
  const status = STATUSES[code] ?? (code.startsWith("HPE_") ? 400 : undefined);
  // What is written already is the one answer that a connection gets here.
  if (status !== undefined && socket.writable && socket.bytesWritten === 0) {
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
  }
  socket.destroy(error);
}
