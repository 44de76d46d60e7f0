/** Framing: who makes the frames in this run of the tests; each is run with both. */

/** Whether onesocket does it, and not `ws`. */
export const IS_OWN_FRAMING = process.env["ONESOCKET_FRAMING"] !== "ws";
