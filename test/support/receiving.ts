/** Receiving: frames read by the receiver of `ws`, as a client would read them. */

import * as ws from "ws";

/** A message: text, or bytes. */
export type Received = string | Buffer;

interface Deflate {
  accept(offers: readonly object[]): unknown;
  cleanup(): void;
}
interface Classes {
  readonly Receiver: new (options: object) => NodeJS.WritableStream;
  readonly PerMessageDeflate: new (options: object, isServer: boolean) => Deflate;
}
// The types of ws do not know them.
const { Receiver, PerMessageDeflate } = ws as unknown as Classes;

/** Who is told what was received. */
export interface ReceiverListener {
  message(message: Received): void;
  close?(code: number): void;
}

/** A stream for what a server writes; `deflate` where it may have been compressed. */
export function createReceiver(
  listener: ReceiverListener,
  deflate: Deflate | null = null,
): NodeJS.WritableStream {
  const extensions = deflate ? { "permessage-deflate": deflate } : {};
  const receiver = new Receiver({ isServer: false, extensions });
  receiver.on("message", (data: Buffer, isBinary: boolean) => {
    listener.message(isBinary ? data : data.toString());
  });
  receiver.on("conclude", (code: number) => listener.close?.(code));
  return receiver;
}

/** Resolves with the messages in `bytes`; `windowBits` of a server that compresses each by itself, 0 for none. */
export async function receiveAll(bytes: Uint8Array, windowBits = 0): Promise<Received[]> {
  const deflate = windowBits === 0 ? null : createDeflate(windowBits);
  const messages: Received[] = [];
  const receiver = createReceiver({ message: (message) => messages.push(message) }, deflate);
  await new Promise<void>((resolve, reject) => {
    receiver.on("error", reject);
    receiver.on("finish", resolve);
    receiver.end(bytes);
  });
  deflate?.cleanup();
  return messages;
}

/** Has agreed to no context, so that what is kept of one message would spoil the next. */
function createDeflate(windowBits: number): Deflate {
  const deflate = new PerMessageDeflate({}, false);
  deflate.accept([{ server_no_context_takeover: [true], server_max_window_bits: [windowBits] }]);
  return deflate;
}
