/** Origin check: the options that say which origins may connect, and the check of a request by them.
 *  Which origins a glob means is `policy/origins.ts`'s. */

import { invalidOption, SocketError } from "../errors.ts";
import { isSameOrigin, parseOrigins } from "../policy/origins.ts";
import { quoteSafely, type Refusal } from "./refusal.ts";

const ACTOR = "WebSockets";

/** Which web pages may connect. */
export interface OriginOptions {
  /**
   * Globs over `scheme://host[:port]`: `*` is one whole label of the host or the port, `**` any number of labels
   * in front. Unsafe: `null` admits every origin, so that any web page that a user visits connects as that user.
   *
   * @default the server's own origin: the request's `Host`, and `https` where it came over TLS
   */
  readonly allowedOrigins?: readonly string[] | null | undefined;
  /** Refuse a request without `Origin`, which comes from no browser. @default false */
  readonly requireOrigin?: boolean | undefined;
}

/** The same, checked and parsed. */
export interface OriginSettings {
  /** Whether a page of `origin` may connect to `host`, which is a request's `Host` field. */
  readonly allows: (origin: string, host: string, isSecure: boolean) => boolean;
  /** What `allows` asks for, in words. */
  readonly wanted: string;
  readonly isRequired: boolean;
}

/** @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, when an option is of a wrong type or a glob is none */
export function parseOriginOptions(options: OriginOptions): OriginSettings {
  const { allowedOrigins, requireOrigin = false } = options;
  if (typeof requireOrigin !== "boolean") {
    throw invalidOption("requireOrigin", typeof requireOrigin, "true or false", ACTOR);
  }
  return { ...parseAllowed(allowedOrigins), isRequired: requireOrigin };
}

function parseAllowed(globs: OriginOptions["allowedOrigins"]): Omit<OriginSettings, "isRequired"> {
  if (globs === null) return { allows: () => true, wanted: "one origin" };
  if (globs === undefined) {
    const wanted = "the server's own, as Host and TLS say it (see allowedOrigins and trustProxy)";
    return { allows: isSameOrigin, wanted };
  }
  if (!Array.isArray(globs)) {
    throw invalidOption("allowedOrigins", typeof globs, "a list of origins, or null", ACTOR);
  }
  try {
    return { allows: parseOrigins(globs), wanted: "one that allowedOrigins admits" };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new SocketError("INVALID", `${ACTOR}: ${reason}`, {
      code: "ERR_INVALID_OPTION",
      details: { option: "allowedOrigins" },
      cause,
    });
  }
}

/** One place that a request came to. */
export interface RequestPlace {
  readonly host: string;
  readonly isSecure: boolean;
}

/** Refuses a request whose `Origin` may not connect, with 403; several are none. @param values of that field */
export function checkOrigin(
  values: readonly string[],
  { allows, wanted, isRequired }: OriginSettings,
  { host, isSecure }: RequestPlace,
): Refusal | null {
  const [origin] = values;
  if (origin === undefined) {
    return isRequired ? refuse(`Origin is missing, must be ${wanted}`) : null;
  }
  if (values.length > 1) return refuse(`Origin stands ${values.length} times, must be once`);
  if (allows(origin, host, isSecure)) return null;
  return refuse(`Origin is ${quoteSafely(origin)}, must be ${wanted}`);
}

function refuse(reason: string): Refusal {
  return { status: 403, code: "ERR_ORIGIN", message: `upgrade: ${reason}` };
}
