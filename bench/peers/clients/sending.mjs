/** How the clients send whose sockets have the W3C's names for it. */

export function send(socket, data) {
  socket.send(data);
}

export function buffered(socket) {
  return socket.bufferedAmount;
}
