/** Settings: what the caller asked for, from the command line and the environment.
 *  It throws for what it does not understand; nothing is guessed. */

const DEFAULT_PORT = 8080;
const MAX_PORT = 65_535;

/**
 * Reads the arguments and the environment of the demo.
 *
 * @param {readonly string[]} args `--once` ends the demo after its Node part
 * @param {Readonly<Record<string, string | undefined>>} environment `PORT`: 0 is any free one; default 8080
 * @returns {{ once: boolean, port: number, isDefaultPort: boolean }}
 * @throws {Error} when an argument is unknown or `PORT` is no port
 */
export function parseSettings(args, environment) {
  const unknown = args.find((argument) => argument !== "--once");
  if (unknown !== undefined)
    throw new Error(`argument ${unknown} is unknown, there is only --once`);
  const isDefaultPort = (environment.PORT ?? "") === "";
  return {
    once: args.includes("--once"),
    port: isDefaultPort ? DEFAULT_PORT : parsePort(environment.PORT),
    isDefaultPort,
  };
}

function parsePort(text) {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= MAX_PORT) return port;
  throw new Error(`PORT is ${JSON.stringify(text)}, must be 0..${MAX_PORT}`);
}
