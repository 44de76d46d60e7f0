import { describe, expect, test } from "vitest";
import { Routes } from "../../src/server/routes.ts";

/** Routes whose handlers are their paths. */
function createRoutes(...paths: string[]): Routes<string> {
  const routes = new Routes<string>();
  for (const path of paths) routes.set(path, path);
  return routes;
}

/** What the parameters of a pattern took of a path, as a plain object; null where it has no handler. */
function paramsOf(pattern: string, pathname: string): object | null {
  const found = createRoutes(pattern).find(pathname);
  return found && { ...found.params };
}

describe("a path that stands for itself", () => {
  test("is found, without parameters", () => {
    const found = createRoutes("/", "/chat").find("/chat");
    expect(found?.handler).toBe("/chat");
    expect(Object.keys(found?.params ?? { none: "" })).toEqual([]);
  });

  test.each(["/Chat", "/chat/", "/chat/a", "//chat", "chat", "/cha", "/chat?", "/%63hat", "", "/"])(
    "is not found by %j",
    (pathname) => expect(createRoutes("/chat").find(pathname)).toBeNull(),
  );

  test("may end with a slash, which then counts", () => {
    expect(createRoutes("/chat/").find("/chat/")?.handler).toBe("/chat/");
    expect(createRoutes("/chat/").find("/chat")).toBeNull();
  });

  test("goes before patterns, whichever came first", () => {
    const routes = createRoutes("/:room", "/chat", "/*rest");
    expect(routes.find("/chat")?.handler).toBe("/chat");
    expect(routes.find("/other")?.handler).toBe("/:room");
  });

  test.each([
    ["/größe", "/gr%C3%B6%C3%9Fe"],
    ["/a b ", "/a%20b%20"],
    ["/a%20b", "/a%20b"],
    ["/😀", "/%F0%9F%98%80"],
    ["/a|b^c", new URL("ws://host/a|b^c").pathname],
    ['/"<>`', new URL('ws://host/"<>`').pathname],
    ["/a\\:b\\{c\\}", "/a:b%7Bc%7D"],
  ])("written as %j is found as a URL has it", (path, pathname) => {
    expect(createRoutes(path).find(pathname)?.handler).toBe(path);
  });

  test("may have a handler that is undefined", () => {
    const routes = new Routes<undefined>();
    routes.set("/chat", undefined);
    expect(routes.find("/chat")).toEqual({ handler: undefined, params: {} });
  });
});

describe("a pattern", () => {
  test.each([
    ["/chat/:room", "/chat/tea", { room: "tea" }],
    ["/:a/:b", "/x/y", { a: "x", b: "y" }],
    ["/:a-:b", "/x-y", { a: "x", b: "y" }],
    ["/:file.json", "/tea.json", { file: "tea" }],
    ["/chat{/:room}", "/chat", {}],
    ["/chat{/:room}", "/chat/tea", { room: "tea" }],
    ["/files/*path", "/files/a/b", { path: ["a", "b"] }],
    ["/größe/:x", "/gr%C3%B6%C3%9Fe/1", { x: "1" }],
    ['/:"two words"', "/x", { "two words": "x" }],
  ])("%j takes of %j", (pattern, pathname, params) => {
    expect(paramsOf(pattern, pathname)).toEqual(params);
  });

  test.each([
    ["/chat/:room", "/chat/"],
    ["/chat/:room", "/chat"],
    ["/chat/:room", "/chat/a/b"],
    ["/chat/:room", "/chat/a/"],
    ["/chat/:room", "/Chat/a"],
    ["/chat/:room", "/x/chat/a"],
    ["/chat/:room", "chat/a"],
    ["/:a-:b", "/xy"],
    ["/files/*path", "/files/"],
  ])("%j takes nothing of %j", (pattern, pathname) => {
    expect(paramsOf(pattern, pathname)).toBeNull();
  });

  test("gives what it took decoded", () => {
    expect(paramsOf("/:x", "/gr%C3%B6%C3%9Fe%20")).toEqual({ x: "größe " });
    expect(paramsOf("/*x", "/a%20b/c%2Fd")).toEqual({ x: ["a b", "c/d"] });
  });

  test.each(["%2F", "%2f"])("takes an encoded slash, %s, as a part of its segment", (slash) => {
    const routes = createRoutes("/:a/:b", "/:a");
    const found = routes.find(`/x${slash}y`);
    expect(found?.handler).toBe("/:a");
    expect({ ...found?.params }).toEqual({ a: "x/y" });
    expect(createRoutes("/x/y", "/x/:a").find(`/x${slash}y`)).toBeNull();
  });

  test("is decoded once", () => {
    expect(paramsOf("/:x", "/%252F")).toEqual({ x: "%2F" });
  });

  test("gives parameters that inherit nothing, whatever their names", () => {
    const found = createRoutes("/:__proto__/:constructor").find("/x/y");
    expect(Object.getPrototypeOf(found?.params)).toBeNull();
    expect(Object.entries(found?.params ?? {})).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect("toString" in (createRoutes("/").find("/")?.params ?? {})).toBe(false);
  });

  test("that came first goes first", () => {
    expect(createRoutes("/:a/x", "/x/:b").find("/x/x")?.handler).toBe("/:a/x");
    expect(createRoutes("/x/:b", "/:a/x").find("/x/x")?.handler).toBe("/x/:b");
  });
});

describe("malformed percent-encoding", () => {
  test.each([
    "/%",
    "/%z",
    "/%4",
    "/%zz",
    "/%FF",
    "/%C3",
    "/%C3%28",
    "/%ED%A0%80",
    "/a%/b",
    "/ok/%",
  ])("%j has no handler, whatever the patterns", (pathname) => {
    const routes = createRoutes("/:a", "/*rest", "/a%25/:b", "/{:a}", "/ok/:a");
    expect(routes.find(pathname)).toBeNull();
  });

  test("that a pattern makes, by cutting a character in two, is passed over", () => {
    // The 2 at the end would leave %8 to the parameter.
    const routes = createRoutes('/:"a"2', "/:b");
    expect(routes.find("/x2")?.handler).toBe('/:"a"2');
    expect(routes.find("/%F0%9F%98%82")?.handler).toBe("/:b");
  });
});

describe("set", () => {
  test("replaces the handler of the same path, and of the same pattern in its place", () => {
    const routes = new Routes<number>();
    routes.set("/chat", 1);
    routes.set("/:a", 2);
    routes.set("/{:b}", 3);
    routes.set("/chat", 4);
    routes.set("/:a", 5);
    expect(routes.size).toBe(3);
    expect(routes.find("/chat")?.handler).toBe(4);
    expect(routes.find("/x")?.handler).toBe(5);
  });

  test.each([
    ["/größe", "/gr%C3%B6%C3%9Fe"],
    ["/größe/:x", "/gr%C3%B6%C3%9Fe/:x"],
    ["/:x", '/:"x"'],
  ])("takes %j and %j for the same", (first, second) => {
    const routes = createRoutes(first, second);
    expect(routes.size).toBe(1);
    expect(routes.find("/gr%C3%B6%C3%9Fe/1") ?? routes.find("/gr%C3%B6%C3%9Fe")).toMatchObject({
      handler: second,
    });
  });

  test("counts paths and patterns together", () => {
    expect(createRoutes("/", "/a", "/:a").size).toBe(3);
    expect(createRoutes().size).toBe(0);
  });

  test.each([
    ["", "it must begin with a slash"],
    ["chat", "it must begin with a slash"],
    [":room", "it must begin with a slash"],
    ["ws://host/chat", "it must begin with a slash"],
    ["/:", "Missing parameter name at index 2"],
    ["/*", "Missing parameter name at index 2"],
    ["/x(y)", "Unexpected ( at index 2"],
    ["/chat?", "Unexpected ? at index 5"],
    ["/a{b", "Unexpected end at index 4, expected }"],
    ['/:"x', "Unterminated quote at index 2"],
    ["/:a:b", 'Missing text before "b" param'],
    ["/:a/:a", 'parameter "a" stands twice'],
    ["/a{/:x}/:x", 'parameter "x" stands twice'],
    ["/100%", "its percent-encoding is malformed"],
    ["/%zz/:a", "its percent-encoding is malformed"],
    ["/a#b", 'no path of a URL has "#"'],
    ["/a\\?b", 'no path of a URL has "?"'],
    ["/a\nb", 'no path of a URL has "\\n"'],
    ["/a\\\\b", 'no path of a URL has "\\\\"'],
    ["/{a}{b}{c}{d}{e}{f}{g}{h}{i}:x", "Too many path combinations"],
  ])("refuses %j, and says why", (path, reason) => {
    const routes = new Routes<number>();
    expect(() => routes.set(path, 1)).toThrowError(
      expect.objectContaining({
        kind: "INVALID",
        code: "ERR_INVALID_OPTION",
        details: { option: "path" },
        message: `WebSockets: path is ${JSON.stringify(path)}, must be a path as "/chat/:room"; ${reason}`,
      }),
    );
    expect(routes.size).toBe(0);
  });

  test("refuses what is no string", () => {
    const path: unknown = 7;
    expect(() => new Routes<number>().set(path as string, 1)).toThrowError(
      "WebSockets: path is number, must be a string",
    );
  });
});

// None of these paths has the end that each pattern asks for, so that every way to take them is tried. One that
// grows with more than the length of the path would keep the test busy until its time is up.
describe.each([
  "/:a/end",
  "/:a-:b/end",
  "/:a-:b-:c.:d/end",
  "/*a/end",
  "/*a-*b/end",
  "/{a}{/:b}{-:c}/*d/end",
  "/*a/:b/*c/end",
])("the pattern %j", (pattern) => {
  test.each(["-", "/", "a", "a-", "-a/", ".-", "x/", "%2F", "a-a/a.", "/end/", "end"])(
    "is done with a path of a MiB of %j",
    (piece) => {
      const pathname = `/${piece.repeat(2 ** 20 / piece.length)}`;
      expect(createRoutes(pattern).find(`${pathname}!`)).toBeNull();
    },
  );
});
