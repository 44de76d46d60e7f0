/** Limits that the server and every peer share. */

/** Largest message that either side accepts. */
export const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

/** Longest wait for one round of one peer. */
export const ROUND_TIMEOUT_MS = 30_000;
