/** Types of find-proxies.mjs, for the tests. */

export const PROXIES: readonly string[];
export function findProxy(name: string): string | undefined;
