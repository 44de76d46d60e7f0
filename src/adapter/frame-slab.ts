/** Frame slab: memory that frames are written into, shared by all connections.
 *  A connection has one only while something waits to be written. */

/** Holds a message of 64 KiB with its header. */
export const SLAB_BYTES = 64 * 1024 + 64;
/** How many are kept for later. */
const MAX_FREE = 32;

const free: Buffer[] = [];

export function takeSlab(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
}

/** Gives it back: nobody reads it any more. */
export function giveSlab(slab: Buffer): void {
  if (free.length < MAX_FREE) free.push(slab);
}
