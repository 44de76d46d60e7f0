/** The demo: starts an echo server, lets a Node client talk to it, then serves a page that does the same.
 *  `PORT` chooses the port; `--once` ends after the Node part. Exits with 1 when an echo was wrong. */

import { startEchoServer } from "./echo-server.mjs";
import { showFailingDials } from "./failing-dials.mjs";
import { runNodeClient } from "./node-client.mjs";
import { runPullClient } from "./pull-client.mjs";
import { parseSettings } from "./settings.mjs";
import { terminal } from "./terminal.mjs";

/** The server on the port asked for; a default port that is taken gives way to a free one. */
async function startServer({ port, isDefaultPort }) {
  try {
    return await startEchoServer(port);
  } catch (error) {
    if (error.code !== "EADDRINUSE") throw error;
    if (!isDefaultPort) {
      throw new Error(`PORT ${port} is taken by another program`, { cause: error });
    }
    terminal.note(`port ${port} is taken, so a free one is used`);
    return startEchoServer(0);
  }
}

/** Resolves with true at Ctrl-C or a request to end. A second Ctrl-C ends the process as ever. */
function untilAskedToStop() {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve(true));
    process.once("SIGTERM", () => resolve(true));
  });
}

/** Resolves with false: nobody asked it to stop. */
async function runNodePart(server) {
  terminal.title("Node client");
  await runNodeClient(server.echoUrl);
  terminal.title("The same echo, awaited");
  await runPullClient(server.echoUrl);
  terminal.title("Dials that fail say why");
  await showFailingDials(server.echoUrl);
  return false;
}

async function servePage(server, stopped) {
  terminal.title("Page");
  terminal.note(`open ${server.pageUrl} in a browser; Ctrl-C ends the demo`);
  terminal.note(`the chat is at ${server.pageUrl}#chat, for as many tabs as you like`);
  await stopped;
  terminal.note("closing");
}

async function runDemo() {
  const settings = parseSettings(process.argv.slice(2), process.env);
  const stopped = untilAskedToStop();
  terminal.title("onesocket demo");
  const server = await startServer(settings);
  terminal.note(`echo server at ${server.echoUrl}`);
  try {
    const wasStopped = await Promise.race([runNodePart(server), stopped]);
    if (!settings.once && !wasStopped) await servePage(server, stopped);
  } finally {
    await server.close();
  }
}

try {
  await runDemo();
} catch (error) {
  terminal.complain(error.message);
  process.exitCode = 1;
}
