/** Loads the module that the first argument names and prints, as a JSON array, every effect that this
 *  had on the world: timers, console, randomness, globals, listeners, things left open. */

import { createRequire, syncBuiltinESMExports } from "node:module";

const require = createRequire(import.meta.url);
const effects = [];

/** Records calls of the named functions of `owner`; they still do what they did. */
function watch(label, owner, names) {
  for (const name of names) {
    const original = owner[name];
    if (typeof original !== "function") continue;
    owner[name] = function watched(...args) {
      effects.push(`${label}.${name}`);
      return Reflect.apply(original, this, args);
    };
  }
}

const TIMERS = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch"];
const RANDOM = ["randomBytes", "randomFill", "randomFillSync", "randomInt", "randomUUID"];

watch("timers", require("node:timers"), TIMERS);
watch("globalThis", globalThis, TIMERS);
watch("console", console, Object.keys(console));
watch("Math", Math, ["random"]);
watch("node:crypto", require("node:crypto"), RANDOM);
watch("crypto", globalThis.crypto, ["getRandomValues", "randomUUID"]);
watch("process", process, ["on", "once", "addListener", "emitWarning"]);
syncBuiltinESMExports();

const keysBefore = new Set(Reflect.ownKeys(globalThis));
const resourcesBefore = process.getActiveResourcesInfo().length;

const [target] = process.argv.slice(2);
if (target.endsWith(".cjs")) require(target);
else await import(target);

for (const key of Reflect.ownKeys(globalThis)) {
  if (!keysBefore.has(key)) effects.push(`global ${String(key)}`);
}
const resources = process.getActiveResourcesInfo();
if (resources.length > resourcesBefore) effects.push(`left open: ${resources.join(", ")}`);

// What the module left open must not keep the probe alive.
process.stdout.write(JSON.stringify(effects), () => process.exit());
