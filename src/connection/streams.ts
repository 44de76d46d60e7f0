/** Streams: a connection as Web Streams, with backpressure in both directions. */

/** What the streams of a connection ask of it. */
export interface StreamSource<T> {
  /** The next message, or the end; rejects with why the connection failed. */
  next(): Promise<IteratorResult<T, undefined>>;
  send(chunk: unknown): Promise<void>;
  /** Ends the connection. */
  end(): Promise<unknown>;
  /** Resolves once it has ended. */
  readonly closed: Promise<unknown>;
  /** Whether it has ended and nothing is left to read. */
  isDrained(): boolean;
}

/** Messages as they are pulled: none is read ahead. Cancelling the stream ends the connection. */
export function createReadable<T>(source: StreamSource<T>): ReadableStream<T> {
  let isReading = false;
  const read = async (controller: ReadableStreamDefaultController<T>): Promise<void> => {
    isReading = true;
    try {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
      // Nobody need ask once more to hear of the end.
      if (!done && source.isDrained()) await read(controller);
    } catch (error) {
      controller.error(error);
    }
    isReading = false;
  };
  const start = (controller: ReadableStreamDefaultController<T>): void => {
    void source.closed.then(async () => {
      if (!isReading && source.isDrained()) await read(controller);
    });
  };
  const cancel = async (): Promise<void> => {
    await source.end();
  };
  return new ReadableStream({ start, pull: read, cancel }, { highWaterMark: 0 });
}

/** A write is done once `send` is. Closing or aborting the stream ends the connection, and is ended by it. */
export function createWritable<T>(source: StreamSource<T>): WritableStream<unknown> {
  const close = async (): Promise<void> => {
    await source.end();
  };
  const start = (controller: WritableStreamDefaultController): void => {
    // Unlike `abort` of the sink this does not wait for the write under way.
    controller.signal.addEventListener("abort", () => void source.end());
    void source.closed.then(() => controller.error(new TypeError("the connection has ended")));
  };
  return new WritableStream({ start, write: (chunk) => source.send(chunk), close });
}
