/** A server process: one server library, and a crowd of clients in a process of their own. Started
 *  with the library's name, the kind of server and the crowd's command; it is told over IPC what to
 *  do. */

import { LineChild } from "./line-child.mjs";
import { obey } from "./worker.mjs";

const [, , name, kind, ...command] = process.argv;
const { start } = await import(`./peers/servers/${name}.mjs`);
const server = await start(kind);
const crowd = new LineChild("crowd", command);
await crowd.ready;

obey({ server, crowd });
