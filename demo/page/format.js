/** Format: facts as the short text that a log line shows. */

const KIBIBYTE = 1024;

export function formatBytes(bytes) {
  if (bytes < KIBIBYTE) return `${bytes} B`;
  if (bytes < KIBIBYTE ** 2) return `${(bytes / KIBIBYTE).toFixed(1)} KiB`;
  return `${(bytes / KIBIBYTE ** 2).toFixed(1)} MiB`;
}

/** A whole number, its thousands apart. */
export function formatCount(count) {
  return count.toLocaleString("en");
}

/** Milliseconds with as many digits as a reader can use. */
export function formatMs(ms) {
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  return ms < 100 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** The time of day, to the millisecond. */
export function formatTime(date) {
  const seconds = String(date.getSeconds()).padStart(2, "0");
  return `${formatClock(date)}:${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** The time of day, as a clock on the wall shows it. */
export function formatClock(date) {
  const [hours, minutes] = [date.getHours(), date.getMinutes()];
  return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

/** At most `maxCharacters` of `text`, with a mark where some were cut off. */
export function shorten(text, maxCharacters) {
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
}

/** The first `maxBytes` bytes as hex digits, with a mark where there are more. */
export function toHex(bytes, maxBytes) {
  const pairs = Array.from(bytes.subarray(0, maxBytes), (byte) =>
    byte.toString(16).padStart(2, "0"),
  );
  return pairs.join(" ") + (bytes.length > maxBytes ? " …" : "");
}

export function formatRecord({ sequence, temperature, place }) {
  return `#${sequence} ${place} ${temperature.toFixed(2)} °C`;
}
