/** Opens many connections, a bounded number of them at a time. */

const CONCURRENCY = 50;

/** Resolves with `count` open sockets. */
export async function openMany(peer, url, count, onMessage) {
  const sockets = [];
  let started = 0;
  const lane = async () => {
    while (started < count) {
      started += 1;
      sockets.push(await peer.open(url, onMessage));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  return sockets;
}

/** Resolves once all of them have closed. */
export function closeAll(peer, sockets) {
  return Promise.all(sockets.map((socket) => peer.close(socket)));
}
