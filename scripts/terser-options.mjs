/** How code is minified, for the script-tag bundle and for the size check alike.
 *  Names of `#private` members are mangled along with the variables; nothing else that has a name is. */

/** @type {import("terser").MinifyOptions} */
export const TERSER_OPTIONS = {
  ecma: 2020,
  module: true,
  // `unsafe_arrows` is unsafe for functions that are called with `new` alone; there are none.
  compress: { passes: 5, unsafe_arrows: true },
  mangle: true,
  format: { comments: /^!/ },
};
