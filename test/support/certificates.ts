/** Certificates: made for one test run, good ones and bad ones, signed by an authority of its own. */

import { generate } from "selfsigned";

/** A certificate and its private key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const SMALL_KEY = { keyType: "ec", algorithm: "sha256" } as const;
const DAY_MS = 24 * 60 * 60 * 1000;

/** An authority that no system trusts. */
export async function createAuthority(): Promise<Certificate> {
  const { cert, private: key } = await generate(named("Test authority"), {
    ...SMALL_KEY,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  return { cert, key };
}

/** A certificate for the host `name`, and 127.0.0.1 where that is localhost; self-signed without `ca`. */
export async function createCertificate(name: string, ca?: Certificate): Promise<Certificate> {
  const issuer = ca === undefined ? {} : { ca };
  const { cert, private: key } = await generate(named(name), { ...SMALL_KEY, ...issuer });
  return { cert, key };
}

/** A certificate for localhost that ended yesterday. */
export async function createExpiredCertificate(ca: Certificate): Promise<Certificate> {
  const { cert, private: key } = await generate(named("localhost"), {
    ...SMALL_KEY,
    ca,
    notBeforeDate: new Date(Date.now() - 2 * DAY_MS),
    notAfterDate: new Date(Date.now() - DAY_MS),
  });
  return { cert, key };
}

function named(name: string) {
  return [{ name: "commonName", value: name }];
}
