/** Streams: a connection as Web Streams, with backpressure in both directions. */

/** Messages as they are pulled: none is read ahead. Cancelling the stream ends the connection. */
export function createReadable<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
  end: () => Promise<unknown>,
): ReadableStream<T> {
  const pull = async (controller: ReadableStreamDefaultController<T>): Promise<void> => {
    const result = await next();
    if (result.done) controller.close();
    else controller.enqueue(result.value);
  };
  const cancel = async (): Promise<void> => {
    await end();
  };
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}

/** A write is done once `send` is. Closing or aborting the stream ends the connection. */
export function createWritable<T>(
  send: (chunk: T) => Promise<void>,
  end: () => Promise<unknown>,
): WritableStream<T> {
  const close = async (): Promise<void> => {
    await end();
  };
  return new WritableStream({ write: send, close, abort: close });
}
