/** Epoch: tells what left in this task from what left before. The former still counts as unsent, as the W3C has it;
 *  but to be told of a task's end costs as much as half a message, so that is for programs which look. */

let epoch = 0;
/** Whether epochs are tasks: somebody has looked. */
let isWatched = false;
/** Whether this one ends with its task. */
let isEnding = false;

/** The epoch that what leaves now belongs to; `isCall` where it leaves within the very call that sends it. */
export function currentEpoch(isCall: boolean): number {
  if (isWatched || isCall) endLater();
  return epoch;
}

/** Whether an epoch is over. As long as nobody has looked each is, but for what left within a call. */
export function isPast(number: number): boolean {
  return number !== epoch || !(isWatched || isEnding);
}

/** Makes all epochs end with their tasks from now on: somebody looks. */
export function watchEpochs(): void {
  if (isWatched) return;
  isWatched = true;
  if (!isEnding) epoch += 1;
}

function endLater(): void {
  if (isEnding) return;
  isEnding = true;
  // What left before is none of this task's.
  if (!isWatched) epoch += 1;
  setImmediate(end);
}

function end(): void {
  isEnding = false;
  epoch += 1;
}
