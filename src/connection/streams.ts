/** Streams: a connection as Web Streams, with backpressure in both directions. */

/** What the streams of a connection ask of it. */
interface StreamSource<T> extends AsyncIterable<T, undefined> {
  send(chunk: unknown): Promise<void>;
  close(): Promise<unknown>;
  /** Resolves once it has ended. */
  readonly closed: Promise<unknown>;
  /** False once it has ended and nothing is left to read. */
  readonly connected: boolean;
}

/** Messages as they are pulled: none is read ahead. Cancelling the stream ends the connection. */
export function createReadable<T>(source: StreamSource<T>): ReadableStream<T> {
  const messages = source[Symbol.asyncIterator]();
  let isReading = false;
  const read = async (controller: ReadableStreamDefaultController<T>): Promise<void> => {
    isReading = true;
    try {
      const { done, value } = await messages.next();
      if (done) controller.close();
      else controller.enqueue(value);
      // Nobody need ask once more to hear of the end.
      if (!done && !source.connected) await read(controller);
    } catch (error) {
      controller.error(error);
    }
    isReading = false;
  };
  const start = (controller: ReadableStreamDefaultController<T>): void => {
    void source.closed.then(async () => {
      if (!isReading && !source.connected) await read(controller);
    });
  };
  const cancel = async (): Promise<void> => {
    await source.close();
  };
  return new ReadableStream({ start, pull: read, cancel }, { highWaterMark: 0 });
}

/** A write is done once `send` is. Closing or aborting the stream ends the connection, and is ended by it. */
export function createWritable(source: StreamSource<unknown>): WritableStream<unknown> {
  const close = async (): Promise<void> => {
    await source.close();
  };
  const start = (controller: WritableStreamDefaultController): void => {
    // Unlike `abort` of the sink this does not wait for the write under way.
    controller.signal.addEventListener("abort", close);
    void source.closed.then(() => controller.error(new TypeError("the connection has ended")));
  };
  return new WritableStream({ start, write: (chunk) => source.send(chunk), close });
}
