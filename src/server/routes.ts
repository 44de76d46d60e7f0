/** Routes: which handler a path has, by itself or by a pattern.
 *  Paths are compared as they stand in a URL, percent-encoded; only what a parameter took is decoded. */

import {
  type MatchFunction,
  match,
  parse,
  stringify,
  type Token,
  type TokenData,
} from "path-to-regexp";
import { invalidOption } from "../errors.ts";

/** What the parameters of a pattern took, decoded: text of a `:name`, the segments of a `*name`. */
export type RouteParams = Readonly<Record<string, string | readonly string[]>>;

/**
 * The parameters of a path, by its text: of `:name` a string, of `*name` an array; what stands in braces may be
 * missing. `RouteParams` where the text is not known, or has a name in quotes.
 */
export type ParamsOf<Path extends string> = Path extends `${string}"${string}`
  ? RouteParams
  : Scan<Path, "", unknown>;
/** `Open` are the braces that are open. */
type Scan<Path extends string, Open extends string, Found> = string extends Path
  ? RouteParams
  : Path extends `${infer First}${infer Rest}`
    ? First extends ":" | "*"
      ? Scan<Rest, Open, Found & Param<NameOf<Rest>, First, Open>>
      : First extends "\\"
        ? Scan<Rest extends `${string}${infer After}` ? After : "", Open, Found>
        : Scan<Rest, Nest<Open, First>, Found>
    : { readonly [Key in keyof Found]: Found[Key] };
type Nest<Open extends string, Character extends string> = Character extends "{"
  ? `${Open}{`
  : `${Open}${Character}` extends `{${infer Outer}}`
    ? Outer
    : Open;
type Param<Name extends string, Mark, Open> = Open extends ""
  ? Record<Name, Mark extends ":" ? string : readonly string[]>
  : Partial<Param<Name, Mark, "">>;
type NameOf<Text> = Text extends `${infer First}${infer Rest}`
  ? First extends NoLetter
    ? ""
    : `${First}${NameOf<Rest>}`
  : "";
type CharactersOf<Text> = Text extends `${infer First}${infer Rest}`
  ? First | CharactersOf<Rest>
  : never;
/** Of ASCII, what stands in no name. */
type NoLetter = CharactersOf<" !\"#%&'()*+,-./:;<=>?@[\\]^`{|}~">;

/** Who handles a path. */
export interface Route<H> {
  readonly handler: H;
  /** Without a prototype; empty where the path stands for itself. */
  readonly params: RouteParams;
}

interface Pattern<H> {
  readonly take: MatchFunction<Record<string, string | string[]>>;
  readonly handler: H;
}

// Characters that the URL parser leaves in a path as they are.
const NOT_PLAIN = /[^\w\-.~!$&'()*+,;=:@/%]/gu;
const NO_PARAMS: RouteParams = Object.freeze(Object.create(null));

/**
 * Handlers by path. Exact means exact: case and a slash at the end count.
 *
 * A pattern is one of path-to-regexp 8: `:name` takes a segment or a part of it, never a slash; `*name` takes
 * one or more segments; `{…}` may be missing; `\` escapes. A path that stands for itself goes before patterns,
 * and these go in the order of their first registration.
 */
export class Routes<H> {
  readonly #exact = new Map<string, Route<H>>();
  readonly #patterns = new Map<string, Pattern<H>>();

  /** Paths and patterns registered. */
  get size(): number {
    return this.#exact.size + this.#patterns.size;
  }

  /**
   * Registers a handler; where the path has one already, it takes its place.
   *
   * @param path as "/chat" or "/chat/:room"; characters that a URL encodes may be written as they are
   * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, that says what is wrong with `path`
   */
  set(path: string, handler: H): void {
    const parsed = parsePath(path);
    const [first, ...rest] = parsed.tokens;
    if (first?.type === "text" && rest.length === 0) {
      this.#exact.set(first.value, { handler, params: NO_PARAMS });
    } else this.#patterns.set(stringify(parsed), { take: compile(path, parsed), handler });
  }

  /**
   * The handler of a path, and what its parameters took; null where there is none. It never throws: malformed
   * percent-encoding has no handler.
   *
   * @param pathname as `URL.pathname` has it, still encoded
   */
  find(pathname: string): Route<H> | null {
    const exact = this.#exact.get(pathname);
    if (exact !== undefined) return exact;
    for (const { take, handler } of this.#patterns.values()) {
      const params = attempt(take, pathname);
      if (params !== null) return { handler, params };
    }
    return null;
  }
}

/**
 * What a pattern takes; null where it doesn't match, or has taken what can't be decoded. As the pattern's own
 * text can be, that is any malformed path, and one in which it cuts an encoded character in two.
 */
function attempt(take: Pattern<unknown>["take"], pathname: string): RouteParams | null {
  try {
    const found = take(pathname);
    return found ? found.params : null;
  } catch {
    return null;
  }
}

function compile(path: string, parsed: TokenData): Pattern<unknown>["take"] {
  try {
    return match(parsed, { sensitive: true, trailing: false });
  } catch (error) {
    throw wrong(path, error);
  }
}

/** @throws {SocketError} INVALID when `path` is no path, or no pattern of one */
function parsePath(path: string): TokenData {
  if (typeof path !== "string") throw invalidOption("path", typeof path, "a string", "WebSockets");
  try {
    if (!path.startsWith("/")) throw new TypeError("it must begin with a slash");
    const parsed = parse(path, { encodePath });
    checkNames(parsed.tokens, new Set());
    return parsed;
  } catch (error) {
    throw wrong(path, error);
  }
}

/** @throws {TypeError} when two parameters have one name: a handler would see the last alone */
function checkNames(tokens: readonly Token[], seen: Set<string>): void {
  for (const token of tokens) {
    if (token.type === "group") checkNames(token.tokens, seen);
    else if (token.type !== "text") {
      if (seen.has(token.name)) throw new TypeError(`parameter "${token.name}" stands twice`);
      seen.add(token.name);
    }
  }
}

/** The text of a path in the form that it has in a URL. @throws {TypeError} when no URL can have it */
function encodePath(text: string): string {
  if (!isWellFormed(text)) throw new TypeError("its percent-encoding is malformed");
  return text.replace(NOT_PLAIN, (character) => {
    // The slashes keep a space from being trimmed.
    const encoded = new URL(`ws://host/${character}/`).pathname.slice(1, -1);
    if (encoded !== "" && encoded !== "/") return encoded;
    throw new TypeError(`no path of a URL has ${JSON.stringify(character)}`);
  });
}

function isWellFormed(text: string): boolean {
  if (!text.includes("%")) return true;
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function wrong(path: string, error: unknown): Error {
  const { message } = error instanceof Error ? error : new Error(String(error));
  // The package repeats the path, and ends with a link.
  const reason = message.replace(/(: [^;]*)?; visit .*$/s, "");
  const wanted = `a path as "/chat/:room"; ${reason}`;
  return invalidOption("path", JSON.stringify(path), wanted, "WebSockets");
}
