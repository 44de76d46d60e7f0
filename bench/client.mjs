/** A client process: one peer library, told over IPC which work to do, and how much of it.
 *  Started with the peer's name; its JIT state lives as long as it does, through all its rounds. */

import { obey } from "./worker.mjs";

obey({ peer: await import(`./peers/clients/${process.argv[2]}.mjs`) });
