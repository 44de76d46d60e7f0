/** Page server: serves pages and scripts from memory, and says what else was asked for.
 *  A real one: Chromium lets no page whose answers were made up reach a socket of this machine. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface PageServer {
  /** As `http://127.0.0.1:1234`. */
  readonly origin: string;
  /** What is served, by path. The type follows from the path's ending; that of none is HTML. */
  readonly files: Map<string, string>;
  /** Paths that were asked for and are not there. */
  readonly missed: string[];
  close(): Promise<void>;
}

/** Starts a page server on a free port. */
export async function startPageServer(): Promise<PageServer> {
  const files = new Map<string, string>();
  const missed: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const body = files.get(path);
    if (body !== undefined) {
      const type = path.endsWith(".js") ? "text/javascript" : "text/html";
      response.setHeader("content-type", `${type}; charset=utf-8`).end(body);
      return;
    }
    // Browsers ask for an icon by themselves.
    if (path !== "/favicon.ico") missed.push(path);
    response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    files,
    missed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
