/** Framing: who makes the frames in this run of the tests; each is run with both. */

const { ONESOCKET_FRAMING } = process.env;

/** Whether onesocket does it, and not `ws`. */
export const IS_OWN_FRAMING = ONESOCKET_FRAMING !== "ws";
