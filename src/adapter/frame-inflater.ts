/** Frame inflater: makes messages of what came compressed, in their order, one at a time. */

import { CloseCode } from "../constants.ts";
import type { DeflateDirection } from "./extensions.ts";
import { FrameError, invalidUtf8, tooBig } from "./frame-error.ts";
import { decodeText } from "./frame-utf8.ts";
import { Inflater, TooBigError } from "./inflate.ts";

/** Who takes the messages. */
interface InflaterOwner {
  handleMessage(data: string | Buffer, bytes: number): void;
  handleBreach(error: FrameError): void;
  /** A message that took its time has been handed over: the next may follow. */
  handleInflated(): void;
}

export class FrameInflater {
  readonly #inflater: Inflater;
  readonly #readLimit: number;
  readonly #owner: InflaterOwner;
  #isBusy = false;

  constructor(terms: DeflateDirection, readLimit: number, owner: InflaterOwner) {
    this.#inflater = new Inflater(terms);
    this.#readLimit = readLimit;
    this.#owner = owner;
  }

  /** Whether a message is in the thread pool: none may be given until `handleInflated`. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Hands over the message that `block` makes, from within this call unless it is for the thread pool. */
  take(block: Buffer, isText: boolean): void {
    let message: Buffer | null;
    try {
      message = this.#inflater.inflate(block, this.#readLimit);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (message) this.#deliver(message, isText);
    else this.#takeLater(block, isText);
  }

  #takeLater(block: Buffer, isText: boolean): void {
    this.#isBusy = true;
    this.#inflater.inflateLater(block, this.#readLimit, (error, message) => {
      this.#isBusy = false;
      if (error) this.#fail(error);
      else this.#deliver(message, isText);
      this.#owner.handleInflated();
    });
  }

  /** Forgets what is on its way. */
  free(): void {
    this.#isBusy = false;
    this.#inflater.free();
  }

  #deliver(message: Buffer, isText: boolean): void {
    const { length } = message;
    const data = isText ? decodeText(message, 0, length) : message;
    if (data === null) this.#owner.handleBreach(invalidUtf8("a text"));
    else this.#owner.handleMessage(data, length);
  }

  #fail(cause: unknown): void {
    const error =
      cause instanceof TooBigError
        ? tooBig(this.#readLimit + 1, this.#readLimit)
        : new FrameError(
            `a message can't be inflated: ${cause}`,
            "ERR_PROTOCOL",
            CloseCode.INVALID_PAYLOAD,
          );
    this.#owner.handleBreach(error);
  }
}
