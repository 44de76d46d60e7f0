/** Handshake: whether a request is a WebSocket's opening handshake that may be answered with 101.
 *  It decides by the request alone: neither the socket nor the caller's code is asked. */

import type { IncomingMessage } from "node:http";
import { isToken } from "../base/url.ts";
import { checkOrigin, type OriginSettings } from "./origin-check.ts";
import { quoteSafely, type Refusal } from "./refusal.ts";
import { type HandshakeFields, hasElement, listElements, readFields } from "./request-fields.ts";
import { readHost, readTarget } from "./request-url.ts";

/** 16 bytes as base64. */
const KEY = /^[+/\da-zA-Z]{22}==$/;
/** What every 426 has to say (RFC 9110, section 15.5.22). */
const UPGRADE = { Upgrade: "websocket" } as const;

/** What a handshake is checked by. */
export interface HandshakeSettings {
  readonly origins: OriginSettings;
  /** Whether the request came over TLS, here or at a trusted proxy. */
  readonly isSecure: boolean;
}

/** What a check may look at. */
interface Candidate {
  readonly request: IncomingMessage;
  readonly fields: HandshakeFields;
  readonly settings: HandshakeSettings;
}

type Check = (candidate: Candidate) => Refusal | null;

/** In the order in which a request that is wrong in several ways is refused. */
const CHECKS: readonly Check[] = [
  checkHttpVersion,
  checkMethod,
  checkHost,
  checkTarget,
  checkConnection,
  checkUpgrade,
  checkVersionGiven,
  checkKey,
  checkVersion,
  checkRequestOrigin,
  checkOffered,
];

/**
 * The first reason to refuse the handshake, or null.
 *
 * In this order: HTTP 1.1 or later (400), GET (405), one valid Host and a target for it (400), Connection
 * (400), Upgrade (426), one version and one key (400), version 13 (426), Origin (403), subprotocols (400).
 *
 * @see RFC 6455, sections 4.2.1 and 4.4
 */
export function checkHandshake(
  request: IncomingMessage,
  settings: HandshakeSettings,
  fields: HandshakeFields = readFields(request),
): Refusal | null {
  const candidate = { request, fields, settings };
  for (const check of CHECKS) {
    const refusal = check(candidate);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** The subprotocols that the client offers, in its order of preference; checked by `checkHandshake`. */
export function listOffered(request: IncomingMessage): readonly string[] {
  return listElements(request, "sec-websocket-protocol");
}

function checkHttpVersion({ request }: Candidate): Refusal | null {
  const { httpVersionMajor: major, httpVersionMinor: minor } = request;
  const isEnough = major > 1 || (major === 1 && minor >= 1);
  return isEnough ? null : refuse(`HTTP version is ${major}.${minor}, must be 1.1 or later`);
}

function checkMethod({ request: { method = "" } }: Candidate): Refusal | null {
  if (method === "GET") return null;
  const refusal = refuse(`method is ${quoteSafely(method)}, must be GET`);
  return { ...refusal, status: 405, headers: { Allow: "GET" } };
}

function checkHost({ fields: { host } }: Candidate): Refusal | null {
  if (readHost(host) !== null) return null;
  return refuse(`Host is ${show(host)}, must be one host, with a port or without`);
}

function checkTarget({ request: { url = "" }, fields: { host } }: Candidate): Refusal | null {
  if (readTarget(url, readHost(host) ?? "") !== null) return null;
  const shown = quoteSafely(url.replace(/([?#]).+/s, "$1…"));
  return refuse(`target is ${shown}, must be a path, or a URL whose host is Host`);
}

function checkConnection({ fields: { connection } }: Candidate): Refusal | null {
  if (hasElement(connection, "upgrade")) return null;
  const shown = show(connection);
  return refuse(`Connection is ${shown}, must name "upgrade"; a proxy may have taken it away`);
}

/** 426 and not 400: who asks for another protocol, or for none, learns which one there is. */
function checkUpgrade({ fields: { upgrade } }: Candidate): Refusal | null {
  if (hasElement(upgrade, "websocket")) return null;
  const refusal = refuse(`Upgrade is ${show(upgrade)}, must name "websocket"`);
  return { ...refusal, status: 426, headers: UPGRADE };
}

function checkVersionGiven({ fields }: Candidate): Refusal | null {
  const { length } = fields["sec-websocket-version"];
  return length === 1 ? null : refuse(`Sec-WebSocket-Version stands ${length} times, must be once`);
}

/** The key is no secret, but of no use to a reader either. */
function checkKey({ fields }: Candidate): Refusal | null {
  const [key = "", ...others] = fields["sec-websocket-key"];
  if (KEY.test(key) && others.length === 0) return null;
  const what = key === "" ? "missing" : others.length > 0 ? "there twice" : "something else";
  return refuse(`Sec-WebSocket-Key is ${what}, must be 16 bytes as base64, once`);
}

function checkVersion({ fields }: Candidate): Refusal | null {
  const [version = ""] = fields["sec-websocket-version"];
  if (version === "13") return null;
  const refusal = refuse(`Sec-WebSocket-Version is ${quoteSafely(version)}, must be 13`);
  return { ...refusal, status: 426, headers: { ...UPGRADE, "Sec-WebSocket-Version": "13" } };
}

function checkRequestOrigin({ fields, settings }: Candidate): Refusal | null {
  const { origins, isSecure } = settings;
  return checkOrigin(fields.origin, origins, { host: readHost(fields.host) ?? "", isSecure });
}

function checkOffered({ request, fields }: Candidate): Refusal | null {
  if (fields["sec-websocket-protocol"].length === 0) return null;
  const seen = new Set<string>();
  const wrong = listOffered(request).find(
    (name) => !isToken(name) || seen.size === seen.add(name).size,
  );
  if (wrong === undefined) return null;
  return refuse(`Sec-WebSocket-Protocol has ${quoteSafely(wrong)}, must be tokens, each once`);
}

/** What the request has in a field, as an error may show it. */
function show(values: readonly string[]): string {
  return values.length === 0 ? "missing" : quoteSafely(values.join(", "));
}

function refuse(reason: string): Refusal {
  return { status: 400, code: "ERR_BAD_HANDSHAKE", message: `upgrade: ${reason}` };
}
