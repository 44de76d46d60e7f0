/** Types of `find-chromium.mjs`, for the tests and the test runner's configuration. */

/** The path of a Chromium to test with, or undefined where there is none. */
export function findChromium(): string | undefined;

/** The arguments that a test browser starts with. */
export function chromiumArguments(): string[];
