/** Measures what a process does, by the clock and by its own CPU time. */

/**
 * Runs `act` and gives its rate, how much it did in a second of this process's CPU time, and how
 * long it took.
 */
export async function measure(act, count) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await act();
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  return { value: count / seconds, perCpuSecond: count / ((user + system) / 1e6), seconds };
}
