/** How code is minified, for the script-tag bundle and for the size check alike.
 *  Names of `#private` members are mangled along with the variables; nothing else that has a name is. */

/** @type {import("terser").MinifyOptions} */
export const TERSER_OPTIONS = {
  ecma: 2020,
  compress: { passes: 4 },
  mangle: true,
  format: { comments: /^!/ },
};
