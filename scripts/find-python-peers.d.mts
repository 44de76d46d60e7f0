/** Types of find-python-peers.mjs, for the tests. */

export const PYTHON_PACKAGES: readonly string[];
export function findPythonPeers(): string | undefined;
