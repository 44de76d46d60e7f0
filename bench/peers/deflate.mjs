/** How messages are compressed, alike for all: with the window kept or not, at a level of zlib. */

export const DEFLATE_MODES = {
  takeover: { keepsWindow: true, level: 1 },
  alone: { keepsWindow: false, level: 1 },
  "takeover-6": { keepsWindow: true, level: 6 },
  "alone-6": { keepsWindow: false, level: 6 },
};
