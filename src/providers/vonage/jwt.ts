import { createHmac, type KeyObject, sign } from "node:crypto";
import { textsEqual } from "../../secrets/index.ts";
import { parseJson } from "../reading.ts";

/** How long what we sign is taken; our clock and theirs may differ by a minute. */
const lifetimeSeconds = 300;

/** The JWT (RS256) that an application presents. `jti` is new with each call. */
export function applicationJwt(id: string, key: KeyObject, now: number, jti: string): string {
  const iat = Math.floor(now / 1_000);
  const claims = { application_id: id, iat, nbf: iat, exp: iat + lifetimeSeconds, jti };
  const signed = `${encoded({ alg: "RS256", typ: "JWT" })}.${encoded(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

/** The claims of a JWT (HS256) that this secret signed; null for any other. */
export function claimsOf(jwt: string, secret: string): unknown {
  const [head = "", body = "", signature = "", ...rest] = jwt.split(".");
  if (rest.length > 0) return null;
  const { alg } = (decoded(head) ?? {}) as { alg?: unknown };
  // The header chooses nothing: another algorithm is another protocol (RFC 8725, 3.1).
  if (alg !== "HS256") return null;
  const wanted = createHmac("sha256", secret).update(`${head}.${body}`).digest("base64url");
  if (!textsEqual(signature, wanted)) return null;
  return decoded(body) ?? null;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decoded(part: string): unknown {
  return parseJson(Buffer.from(part, "base64url").toString("utf8"));
}
