/** Page files: answers HTTP requests from a fixed list of files, read once at the start.
 *  A request names an entry of the list or gets 404: no path is ever made of what a client sent. */

import { readFile } from "node:fs/promises";

const TYPES = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  map: "application/json",
};

/** What is served: the request's path, and the file beside this module. */
const FILES = [
  ["/", "page/index.html"],
  ["/theme.css", "page/theme.css"],
  ["/style.css", "page/style.css"],
  ["/panels.css", "page/panels.css"],
  ["/pull.css", "page/pull.css"],
  ["/chat.css", "page/chat.css"],
  ["/favicon.svg", "page/favicon.svg"],
  ["/app.js", "page/app.js"],
  ["/backlog-plot.js", "page/backlog-plot.js"],
  ["/chat-log.js", "page/chat-log.js"],
  ["/chat-pane.js", "page/chat-pane.js"],
  ["/chat-people.js", "page/chat-people.js"],
  ["/chat-place.js", "page/chat-place.js"],
  ["/chat-session.js", "page/chat-session.js"],
  ["/controls.js", "page/controls.js"],
  ["/echo-session.js", "page/echo-session.js"],
  ["/event-log.js", "page/event-log.js"],
  ["/events-pane.js", "page/events-pane.js"],
  ["/flood-pane.js", "page/flood-pane.js"],
  ["/format.js", "page/format.js"],
  ["/hex.js", "page/hex.js"],
  ["/latency.js", "page/latency.js"],
  ["/pull-pane.js", "page/pull-pane.js"],
  ["/pull-session.js", "page/pull-session.js"],
  ["/record.js", "page/record.js"],
  ["/row-list.js", "page/row-list.js"],
  ["/slow-consumer.js", "page/slow-consumer.js"],
  ["/sparkline.js", "page/sparkline.js"],
  ["/stats-plot.js", "page/stats-plot.js"],
  ["/tabs.js", "page/tabs.js"],
  ["/onesocket.iife.min.js", "../dist/onesocket.iife.min.js"],
  ["/onesocket.iife.min.js.map", "../dist/onesocket.iife.min.js.map"],
];

const HEADERS = {
  "Content-Security-Policy":
    "default-src 'self'; connect-src 'self' ws:; object-src 'none'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
  // An isolated page has a clock of 5 µs instead of 100 µs, which the round trips need.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

async function readEntry([path, file]) {
  const type = TYPES[file.slice(file.lastIndexOf(".") + 1)];
  try {
    return [path, { type, body: await readFile(new URL(file, import.meta.url)) }];
  } catch (cause) {
    const hint = file.startsWith("../dist") ? ", run `npm run build` first" : "";
    throw new Error(`${file} cannot be read${hint}`, { cause });
  }
}

function refuse(response, status, text, headers = {}) {
  response.writeHead(status, { ...HEADERS, ...headers, "Content-Type": "text/plain" });
  response.end(`${text}\n`);
}

/**
 * Makes a listener for the `request` event of a `node:http` server.
 *
 * @returns {Promise<import("node:http").RequestListener>}
 * @throws {Error} when a file of the list cannot be read
 */
export async function createPageListener() {
  const entries = new Map(await Promise.all(FILES.map(readEntry)));
  return (request, response) => {
    const [path] = request.url.split("?");
    const entry = entries.get(path);
    if (request.method !== "GET" && request.method !== "HEAD") {
      refuse(response, 405, "only GET and HEAD are answered here", { Allow: "GET, HEAD" });
    } else if (entry === undefined) {
      refuse(response, 404, "there is no such page");
    } else {
      const length = entry.body.length;
      response.writeHead(200, { ...HEADERS, "Content-Type": entry.type, "Content-Length": length });
      response.end(entry.body);
    }
  };
}
