/** How messages are compressed, alike for all. */

/** The level of zlib that onesocket takes, and has no option for. */
export const DEFLATE_LEVEL = 6;
