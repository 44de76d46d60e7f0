/** Processor: keeps processes on one of them, where the system can (`taskset`, of util-linux). */

import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

const FIRST = "0";
const ALL = `0-${availableParallelism() - 1}`;

/** Keeps a process, with all its threads, on the first processor. */
export function keepOnFirst(pid) {
  bind(pid, FIRST);
}

/** Lets it run on any again. */
export function letRun(pid) {
  bind(pid, ALL);
}

/** Without the program things are as the system has them: rates differ more from round to round. */
function bind(pid, processors) {
  spawnSync("taskset", ["-a", "-c", "-p", processors, `${pid}`], { stdio: "ignore" });
}
