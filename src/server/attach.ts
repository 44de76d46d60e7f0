/** Attach: HTTP servers whose upgrade requests come in here, each shared by all who serve a part of its paths. */

import type { IncomingMessage, Server } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Duplex } from "node:stream";
import { readPathname } from "./request-url.ts";
import { Routes } from "./routes.ts";
import type { UpgradeEvent } from "./upgrader.ts";

/** A server that emits `upgrade`, as Node's `http` and `https` do. */
export type HttpServer = Server | TlsServer;

/** What stands behind a door. */
export interface Entrance {
  readonly isClosed: boolean;
  takes(pathname: string): boolean;
  receive(event: UpgradeEvent): void;
  refuseUnknown(event: UpgradeEvent): void;
}

interface Door {
  readonly entrance: Entrance;
  /** Whether a path comes in by it; everything that the entrance takes where there is none. */
  readonly isPath: ((pathname: string) => boolean) | null;
}

/** The doors of each server: they share one listener, so that a path without a door is refused once. */
const doorsOf = new WeakMap<HttpServer, Door[]>();

/** Lets the upgrade requests of a server come in, those for `path` where it is given. */
export function openDoor(server: HttpServer, entrance: Entrance, path: string | undefined): void {
  const door: Door = { entrance, isPath: path === undefined ? null : parsePath(path) };
  const doors = doorsOf.get(server);
  if (doors) {
    // Of those that were shut down the latest is enough to say so.
    const closed = doors.findIndex(({ entrance }) => entrance.isClosed);
    if (closed >= 0) doors.splice(closed, 1);
    doors.push(door);
    return;
  }
  const opened = [door];
  doorsOf.set(server, opened);
  server.on("upgrade", (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    lead(server, opened, { message, socket, head });
  });
}

function parsePath(path: string): (pathname: string) => boolean {
  const routes = new Routes<true>();
  routes.set(path, true);
  return (pathname) => routes.find(pathname) !== null;
}

function lead(server: HttpServer, doors: readonly Door[], event: UpgradeEvent): void {
  const pathname = readPathname(event.message.url ?? "");
  const door = findDoor(doors, pathname);
  if (door) door.entrance.receive(event);
  // Somebody else may listen for it.
  else if (server.listenerCount("upgrade") === 1) doors[0]?.entrance.refuseUnknown(event);
}

/** The door for a path. One that was shut down refuses, unless another has taken its place. */
function findDoor(doors: readonly Door[], pathname: string): Door | undefined {
  let closed: Door | undefined;
  for (const door of doors) {
    const { isPath, entrance } = door;
    if (!(isPath ? isPath(pathname) : entrance.takes(pathname))) continue;
    if (!entrance.isClosed) return door;
    closed ??= door;
  }
  return closed;
}
