import { createECDH, createHash, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { type Keyring, keyedDigest, requireKey } from "./keyring.ts";

/** A public key as RFC 7517 writes it. */
export interface PublicJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: "ES256";
  readonly use: "sig";
}

interface StatementKey {
  readonly privateKey: KeyObject;
  readonly publicJwk: PublicJwk;
}

/** The order of the curve P-256 (FIPS 186-5). */
const order = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

const keysMax = 1_024;
const known = new WeakMap<Keyring, Map<string, StatementKey>>();

/** Signs claims as an ES256 token (RFC 7519), with the tenant's key under the current master secret. */
export function signStatement(keyring: Keyring, tenantId: string, claims: object): string {
  const { privateKey, publicJwk } = statementKey(keyring, tenantId, keyring.currentId);
  const parts = [{ alg: "ES256", typ: "JWT", kid: publicJwk.kid }, claims];
  const head = parts.map((part) => Buffer.from(JSON.stringify(part), "utf8").toString("base64url")).join(".");
  const signature = sign("sha256", Buffer.from(head, "ascii"), {
    key: privateKey,
    dsaEncoding: "ieee-p1363",
  });
  return `${head}.${signature.toString("base64url")}`;
}

/** What a tenant's statements are verified with: a key under each master secret of the ring, the current one first. */
export function statementKeys(keyring: Keyring, tenantId: string): readonly PublicJwk[] {
  return keyring.ids.map((id) => statementKey(keyring, tenantId, id).publicJwk);
}

function statementKey(keyring: Keyring, tenantId: string, keyId: string): StatementKey {
  let keys = known.get(keyring);
  if (keys === undefined || keys.size >= keysMax) {
    keys = new Map();
    known.set(keyring, keys);
  }
  const name = `${keyId}/${tenantId}`;
  const key = keys.get(name) ?? derive(keyring, tenantId, keyId);
  keys.set(name, key);
  return key;
}

/** Derived, so that there is nothing to keep: one pair a tenant and master secret (K-6). */
function derive(keyring: Keyring, tenantId: string, keyId: string): StatementKey {
  const key = requireKey(keyring, "statement", keyId);
  // 512 bits over an order of 256: uniform, for all that anybody could tell.
  const wide = Buffer.concat(["0", "1"].map((half) => keyedDigest(key, ["es256", tenantId, half])));
  const scalar = (BigInt(`0x${wide.toString("hex")}`) % (order - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(d);
  // A byte for the form, then both coordinates.
  const point = curve.getPublicKey();
  const [x, y] = [point.subarray(1, 33).toString("base64url"), point.subarray(33).toString("base64url")];
  const jwk = { crv: "P-256", kty: "EC", x, y } as const;
  // RFC 7638: the members in the order of their names, and nothing else.
  const kid = createHash("sha256").update(JSON.stringify(jwk)).digest("base64url");
  return {
    privateKey: createPrivateKey({ key: { ...jwk, d: d.toString("base64url") }, format: "jwk" }),
    publicJwk: { ...jwk, kid, alg: "ES256", use: "sig" },
  };
}
