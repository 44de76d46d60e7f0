/** Frame native mask: masking by `bufferutil`, where that is installed: some times as fast for what is not small. */

import { createRequire } from "node:module";

/** What `bufferutil` offers. */
interface NativeMask {
  /** Copies from `source` to `offset` of `output`, masking with the four bytes of `key`. */
  mask(
    source: Uint8Array,
    key: Uint8Array,
    output: Uint8Array,
    offset: number,
    length: number,
  ): void;
  unmask(bytes: Uint8Array, key: Uint8Array): void;
}

const NATIVE = /\[native code\]/;

let loaded: NativeMask | null | undefined;

/** Null where it is not installed, was not built, or `WS_NO_BUFFER_UTIL` is set, as `ws` has it. */
export function nativeMask(): NativeMask | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

function load(): NativeMask | null {
  const { WS_NO_BUFFER_UTIL } = process.env;
  if (WS_NO_BUFFER_UTIL) return null;
  try {
    const found: NativeMask = createRequire(import.meta.url)("bufferutil");
    // Where it could not be built, it is as slow as it is correct.
    return NATIVE.test(`${found.mask}`) ? found : null;
  } catch {
    return null;
  }
}
