import { createPublicKey, verify } from "node:crypto";
import { expect, test } from "vitest";
import { eventSigner } from "./event-signature.ts";
import { createKeyring } from "./keyring.ts";
import { Secret } from "./secret.ts";

const old = new Secret("Qm9kM2x5VjVwT2x1Z2hTb21lUmFuZG9tQnl0ZXM0Mg");
const young = new Secret("eTlVazFzRkd3cDR0QnZRem1Oa0xqSGdGZFNhUXdFcg");

test("W-10: what is signed is verified with the raw public key, and only with the time and body that it was made for", () => {
  const { publicKey, sign } = eventSigner(createKeyring([old]), "tenant");
  const raw = Buffer.from(publicKey, "base64");
  expect(raw).toHaveLength(32);
  const x = raw.toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const signature = Buffer.from(sign(1_700_000_000, '{"é":1}'), "base64");
  expect(signature).toHaveLength(64);
  const holds = (text: string): boolean => verify(null, Buffer.from(text), key, signature);
  expect(holds('1700000000|{"é":1}')).toBe(true);
  expect(holds('1700000001|{"é":1}')).toBe(false);
  expect(holds('1700000000|{"é":2}')).toBe(false);
});

test("K-6: each tenant has a pair of its own, which a new master secret beside the old one does not change", () => {
  const before = eventSigner(createKeyring([old]), "tenant").publicKey;
  expect(eventSigner(createKeyring([old]), "another").publicKey).not.toBe(before);
  expect(eventSigner(createKeyring([young, old]), "tenant").publicKey).toBe(before);
  expect(eventSigner(createKeyring([young]), "tenant").publicKey).not.toBe(before);
});
