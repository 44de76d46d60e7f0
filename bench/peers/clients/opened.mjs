/** Waits for events of sockets with the W3C's methods, which most peers are. */

/** Resolves with the socket once it is open. */
export function opened(socket) {
  return new Promise((resolve, reject) => {
    const forget = () => {
      socket.removeEventListener("open", onOpen);
      socket.removeEventListener("error", onError);
    };
    const onOpen = () => {
      forget();
      resolve(socket);
    };
    const onError = () => {
      forget();
      reject(new Error("the connection failed"));
    };
    socket.addEventListener("open", onOpen);
    socket.addEventListener("error", onError);
  });
}

/** Closes, and resolves once it has closed. */
export function closed(socket) {
  return new Promise((resolve) => {
    socket.addEventListener("close", resolve);
    socket.close(1000);
  });
}
