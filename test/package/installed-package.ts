/** A project with the package installed, as npm would lay it out: packed, unpacked, and beside it only
 *  what the package depends on. What it forgot to declare is not there. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { outputOf } from "./run.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a consumer has in node_modules: our dependencies, and the types that it brings itself. */
const NEIGHBOURS = [
  "eventemitter3",
  "path-to-regexp",
  "proxy-addr",
  "isomorphic-ws",
  "ws",
  "@types/node",
  "undici-types",
  "typescript",
];

export interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Runs `npm pack` on what is built; building again is not its business here. */
export async function pack(...args: string[]): Promise<Packed> {
  const command = ["pack", "--json", "--ignore-scripts", ...args];
  // npm prints an array; newer ones an object by package name.
  const packages: Packed[] = Object.values(JSON.parse(await outputOf("npm", command, ROOT)));
  const [packed] = packages;
  if (packed === undefined) throw new Error("npm pack reported no package");
  return packed;
}

export interface InstalledPackage {
  /** The project's directory. */
  readonly directory: string;
  remove(): void;
}

/** Makes the project, in a temporary directory; its package.json says `"type": "module"`. */
export async function installPackage(): Promise<InstalledPackage> {
  const directory = mkdtempSync(join(tmpdir(), "onesocket-"));
  const { filename } = await pack("--pack-destination", directory);
  const target = join(directory, "node_modules", "onesocket");
  mkdirSync(target, { recursive: true });
  const archive = join(directory, filename);
  await outputOf("tar", ["-xzf", archive, "-C", target, "--strip-components=1"], directory);
  for (const name of NEIGHBOURS) {
    const link = join(directory, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), link);
  }
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
