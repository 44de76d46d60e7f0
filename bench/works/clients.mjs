/** Work: a server echoes, one message under way with each of so many clients; its CPU time is what
 *  counts. */

const BYTES = 32;
/** Bars of our own: no slower than `ws`, whatever their number. */
const LEAST_RATIO = 1;

function variant(clients) {
  return {
    name: `clients-${clients}`,
    title: `32 B, ${clients.toLocaleString("en")} ${clients === 1 ? "client" : "clients"}`,
    clients,
    serving: "echo",
    leastRatio: LEAST_RATIO,
    isOwnBar: true,
  };
}

export const clients = {
  kind: "clients",
  side: "server",
  group: "A server's echo, by CPU time",
  unit: "msg/CPU s",
  higherIsBetter: true,
  firstCount: 2_000,
  variants: [variant(1), variant(10), variant(100), variant(1_000), variant(5_000)],

  /** @returns how many messages a second of the server's CPU time echoes */
  async run({ server, crowd, count, variant, measure }) {
    if (server.count() === 0) await crowd.ask(`open ${server.port} ${variant.clients} 0`);
    const { perCpuSecond, seconds } = await measure(() => crowd.ask(`pump ${count} ${BYTES}`));
    return { value: perCpuSecond, seconds };
  },
};
