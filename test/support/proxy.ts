/** Proxy: nginx or HAProxy with the configuration of docs/deploy.md, in front of a server of one test. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { fencesOf, ROOT } from "../docs/documents.ts";
import { type Certificate, createAuthority, createCertificate } from "./certificates.ts";

export type ProxyName = "nginx" | "haproxy";

/** A proxy that listens for TLS on localhost. */
export interface Proxy {
  /** `localhost` and its port. */
  readonly host: string;
  /** The authority that signed its certificate. */
  readonly ca: string;
}

interface Place {
  readonly directory: string;
  readonly port: number;
  readonly serverPort: number;
}

/** How one of them is given its configuration, and says that it listens. */
interface Kind {
  readonly args: readonly string[];
  readonly isReady: RegExp;
  /** What the page leaves to the system. */
  wrap(configuration: string, directory: string): string;
  /** The texts of the page that are other ones in a test. */
  replacements(place: Place): readonly [text: string, replacement: string][];
}

const KINDS: Readonly<Record<ProxyName, Kind>> = {
  nginx: {
    args: ["-e", "stderr", "-g", "daemon off;", "-c"],
    isReady: /start worker process /,
    wrap: (configuration, directory) => `
      pid ${directory}/pid;
      error_log stderr notice;
      events { worker_connections 64; }
      http {
        access_log off;
        client_body_temp_path ${directory}/body;
        proxy_temp_path ${directory}/proxy;
        fastcgi_temp_path ${directory}/fastcgi;
        uwsgi_temp_path ${directory}/uwsgi;
        scgi_temp_path ${directory}/scgi;
        ${configuration}
      }`,
    replacements: ({ directory, port, serverPort }) => [
      ["listen 443", `listen 127.0.0.1:${port}`],
      ["127.0.0.1:8080", `127.0.0.1:${serverPort}`],
      ["/etc/ssl/example.com.pem", `${directory}/pem`],
      ["/etc/ssl/example.com.key", `${directory}/pem`],
      ["proxy_read_timeout 90s", "proxy_read_timeout 1s"],
      ["proxy_send_timeout 90s", "proxy_send_timeout 1s"],
    ],
  },
  haproxy: {
    args: ["-W", "-db", "-f"],
    isReady: /Loading success/,
    wrap: (configuration) => `${configuration}\n`,
    replacements: ({ directory, port, serverPort }) => [
      ["bind :443", `bind 127.0.0.1:${port}`],
      ["127.0.0.1:8080", `127.0.0.1:${serverPort}`],
      ["/etc/haproxy/example.com.pem", `${directory}/pem`],
      ["timeout tunnel 90s", "timeout tunnel 1s"],
    ],
  },
};

/** Starts `program` in front of the server on `serverPort`. It is stopped when the test has finished. */
export async function startProxy(
  name: ProxyName,
  program: string,
  serverPort: number,
): Promise<Proxy> {
  const kind = KINDS[name];
  const directory = mkdtempSync(join(tmpdir(), "onesocket-proxy-"));
  const port = await findFreePort();
  const certificate = await createAuthorizedCertificate();
  writeFileSync(join(directory, "pem"), `${certificate.cert}\n${certificate.key}\n`);
  const configuration = replaceAll(
    configurationOf(name),
    kind.replacements({ directory, port, serverPort }),
  );
  const file = join(directory, "configuration");
  writeFileSync(file, kind.wrap(configuration, directory));
  const child = spawn(program, [...kind.args, file], { stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(async () => {
    await stop(child);
    rmSync(directory, { recursive: true, force: true });
  });
  await untilReady(child, kind.isReady);
  return { host: `localhost:${port}`, ca: certificate.ca };
}

/** The one configuration for it in docs/deploy.md. */
export function configurationOf(name: ProxyName): string {
  const path = "docs/deploy.md";
  const fences = fencesOf({ path, text: readFileSync(join(ROOT, path), "utf8") });
  const [fence, ...others] = fences.filter(({ language }) => language === name);
  if (fence && others.length === 0) return fence.code;
  throw new Error(`${path} has ${others.length + (fence ? 1 : 0)} fences of ${name}, must be 1`);
}

function replaceAll(text: string, replacements: readonly [string, string][]): string {
  let replaced = text;
  for (const [part, replacement] of replacements) {
    if (!replaced.includes(part)) throw new Error(`docs/deploy.md has no ${JSON.stringify(part)}`);
    replaced = replaced.replace(part, replacement);
  }
  return replaced;
}

let authority: Promise<Certificate> | null = null;

async function createAuthorizedCertificate(): Promise<Certificate & { readonly ca: string }> {
  authority ??= createAuthority();
  const { cert: ca } = await authority;
  return { ...(await createCertificate("localhost", await authority)), ca };
}

/** A port that nobody has. Neither of the two can choose one by itself. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Resolves once it listens; rejects with what it said when it ends before. */
function untilReady(child: ChildProcess, isReady: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (chunk) => {
      said += chunk;
      if (isReady.test(said)) resolve();
    });
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`the proxy ended with ${code}: ${said}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "close");
  child.kill("SIGTERM");
  await ended;
}
