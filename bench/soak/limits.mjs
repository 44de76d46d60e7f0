/** What the soak's server and its clients have to agree upon. */

/** Largest message that the server accepts. */
export const READ_LIMIT_BYTES = 64 * 1024;
/** A message of the feed. */
export const FEED_BYTES = 64 * 1024;
