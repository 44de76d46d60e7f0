/** What the works send, and the check that what comes back is of that kind and size. */

/** A message of `bytes` bytes: a string of ASCII, or bytes. */
export function createPayload(bytes, binary) {
  return binary ? Buffer.alloc(bytes, "x") : "x".repeat(bytes);
}

/** @throws when a message is not what the work expects: no peer is fast by handing over less. */
export function checkMessage(data, bytes, binary) {
  // The run without a library hands over nothing: it is no peer.
  if (data === undefined) return;
  const isBytes = data instanceof Uint8Array;
  if (data.length !== bytes || isBytes !== binary || (!isBytes && typeof data !== "string")) {
    throw new Error(
      `bench: expected ${bytes} ${binary ? "bytes" : "characters"}, got another message`,
    );
  }
}
