import { createPublicKey, verify } from "node:crypto";
import { expect, test } from "vitest";
import { createKeyring } from "./keyring.ts";
import { Secret } from "./secret.ts";
import { type PublicJwk, signStatement, statementKeys } from "./statement-key.ts";

const old = new Secret("Qm9kM2x5VjVwT2x1Z2hTb21lUmFuZG9tQnl0ZXM0Mg");
const young = new Secret("eTlVazFzRkd3cDR0QnZRem1Oa0xqSGdGZFNhUXdFcg");

function holds(statement: string, jwk: PublicJwk | undefined): boolean {
  const [head = "", claims = "", signature = ""] = statement.split(".");
  const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
  const data = Buffer.from(`${head}.${claims}`);
  return verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
}

test("K-6: each tenant has a pair of its own under each master secret, and the same after a restart", () => {
  const [now, again] = [createKeyring([old]), createKeyring([old])];
  expect(statementKeys(now, "tenant")).toEqual(statementKeys(again, "tenant"));
  const [[own], [another], [next]] = [
    statementKeys(now, "tenant"),
    statementKeys(now, "another"),
    statementKeys(createKeyring([young]), "tenant"),
  ];
  expect(new Set([own?.kid, another?.kid, next?.kid]).size).toBe(3);
  const statement = signStatement(now, "tenant", { sub: "ada" });
  expect(holds(statement, own)).toBe(true);
  expect(holds(statement, another)).toBe(false);
  expect(holds(statement, next)).toBe(false);
});

test("K-6: after a new master secret, statements of before are verified as long as the old one is in the ring", () => {
  const before = signStatement(createKeyring([old]), "tenant", {});
  const both = createKeyring([young, old]);
  const keys = statementKeys(both, "tenant");
  expect(keys).toHaveLength(2);
  expect(keys.map((key) => holds(before, key))).toEqual([false, true]);
  expect(keys.map((key) => holds(signStatement(both, "tenant", {}), key))).toEqual([true, false]);
});

test("nothing private is published", () => {
  for (const key of statementKeys(createKeyring([old]), "tenant")) {
    expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
  }
});
