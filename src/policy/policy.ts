/** Policy: which connections `connect` may open, by statements that allow and deny. */

import { oneOf } from "../base/one-of.ts";
import { redact } from "../base/url.ts";
import { invalidOption, SocketError } from "../errors.ts";
import { type Condition, type PolicyRequest, parseCondition } from "./conditions.ts";
import { parseGlob, parseResource, parseTarget } from "./pattern.ts";

/** Allows or denies what it names, under its conditions. */
export interface Statement {
  readonly effect: "allow" | "deny";
  /** `websocket.connect`, `websocket.connect.url`; `*` stands for any characters, as in `websocket.*`. */
  readonly actions: string | readonly string[];
  /** URL patterns, `scheme://host[:port][/path]`, or `*`; `websocket.connect` has `*` alone. */
  readonly resources: string | readonly string[];
  /** All of them must hold. @default none */
  readonly conditions?: readonly Condition[] | undefined;
}

/** Decides which connections `connect` may open. */
export interface Policy {
  /** Tells whether a request is allowed, by `true` and nothing else; what it throws ends the dial as well. */
  evaluate(request: PolicyRequest): boolean;
  /** Whether names may resolve to public addresses alone. Only Node can see to it. */
  readonly deniesPrivateNetworks: boolean;
}

/** Has a say in where a dial may lead. */
export interface Guard {
  /** @throws {SocketError} PERMISSION_DENIED, `ERR_POLICY_DENIED`, when a policy does not allow the URL */
  admitUrl(url: URL): void;
  readonly deniesPrivateNetworks: boolean;
}

type Policies = Policy | readonly Policy[];

/** Where the default stands: the same for every copy of the library, so that none is a way around it. */
const DEFAULT = Symbol.for("onesocket.defaultPolicy");

/** Allows every URL, but no address of a private network, to which its name may resolve. For Node. */
export const denyPrivateNetworks: Policy = { evaluate: () => true, deniesPrivateNetworks: true };

/** What must be given for a policy. */
export const WANTED_POLICY = "a policy, or a list of them";

/** Tells whether it is a policy, or a list of them. */
export function isPolicies(value: unknown): value is Policies {
  return [value].flat().every((one) => typeof Object(one).evaluate === "function");
}

/**
 * Sets the policy for each `connect` that is given none. Of several all must allow; `null` is for none.
 * What is dialling already keeps the policy that it began with.
 *
 * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, for what is no policy
 */
export function setDefaultPolicy(policy: Policies | null): void {
  if (policy !== null && !isPolicies(policy)) {
    throw invalidOption("policy", policy, WANTED_POLICY, "setDefaultPolicy");
  }
  Reflect.set(globalThis, DEFAULT, policy ?? []);
}

/**
 * Makes a policy: any statement that denies wins, else any that allows; what none allows is denied.
 *
 * Its `evaluate` throws a `SyntaxError` for a resource that is neither `*` nor the URL of a WebSocket.
 *
 * @throws {SocketError} INVALID, `ERR_INVALID_POLICY`, naming the statement by its index, for an unknown
 *   effect, operator or field, a missing value, or a pattern or RegExp that can't be read
 */
export function createPolicy(statements: readonly Statement[]): Policy {
  const rules = [statements].flat().map(parseStatement);
  return {
    deniesPrivateNetworks: false,
    evaluate(request) {
      const target = request.url ?? request.resource;
      const url = target === "*" ? undefined : parseTarget(target);
      const effects = rules.map((rule) => rule({ ...request, url }));
      return effects.includes("allow") && !effects.includes("deny");
    },
  };
}

/** The say of `policy`, or of the default policy where that is undefined. Without any, all is allowed. */
export function createGuard(policy?: Policies, meta?: PolicyRequest["meta"]): Guard {
  const policies: readonly Policy[] = [policy ?? Reflect.get(globalThis, DEFAULT) ?? []].flat();
  return {
    deniesPrivateNetworks: policies.some((one) => one.deniesPrivateNetworks),
    admitUrl(url) {
      const { href } = url;
      const ask = (action: string, resource: string): void => {
        const request = { action, resource, url, meta };
        // A promise is no yes.
        if (policies.every((one) => one.evaluate(request) === true)) return;
        const message = `connect ${redact(href)}: a policy denies ${action}`;
        const details = { action };
        throw new SocketError("PERMISSION_DENIED", message, { code: "ERR_POLICY_DENIED", details });
      };
      ask("websocket.connect", "*");
      ask("websocket.connect.url", href);
    },
  };
}

/** Makes the function that tells the effect of a statement on a request, or false when it has none. */
function parseStatement(
  statement: Statement,
  index: number,
): (request: PolicyRequest) => string | false {
  try {
    const { effect, actions, resources, conditions = [] } = statement;
    oneOf("effect", ["allow", "deny"], effect);
    const isAction = [actions].flat().map((action) => parseGlob(action, ""));
    const resourceTests = [resources].flat().map(parseResource);
    const holds = conditions.map(parseCondition);
    return (request) =>
      isAction.some((test) => test(request.action)) &&
      resourceTests.some((test) => test(request, effect)) &&
      holds.every((hold) => hold(request)) &&
      effect;
  } catch (cause) {
    const message = `createPolicy: statements[${index}]: ${Object(cause).message}`;
    throw new SocketError("INVALID", message, { code: "ERR_INVALID_POLICY", cause });
  }
}
