import { describe, expect, test } from "vitest";
import { seededRandom } from "../testing/index.ts";
import { dataKeyId, newDataKey, rewrapped, unwrapDataKey } from "./data-key.ts";
import { SealBroken } from "./errors.ts";
import { createKeyring } from "./keyring.ts";
import { openUnder, sealUnder } from "./sealing.ts";
import { Secret } from "./secret.ts";

const old = new Secret("Qm9kM2x5VjVwT2x1Z2hTb21lUmFuZG9tQnl0ZXM0Mg");
const young = new Secret("eTlVazFzRkd3cDR0QnZRem1Oa0xqSGdGZFNhUXdFcg");
const random = seededRandom(1);
const before = createKeyring([old]);
const during = createKeyring([young, old]);
const after = createKeyring([young]);
const context = { table: "subscribers", column: "seed", row: "a-1", tenant: "t-1" };

describe("K-3: a data key", () => {
  test("is random, named by what it seals, and told apart from a master secret", () => {
    const [one, two] = [newDataKey(before, random, "t-1"), newDataKey(before, random, "t-1")];
    expect(one.id).toMatch(/^dk[0-9a-f]{16}$/);
    expect(one.id).not.toBe(two.id);
    expect(one.wrapped.startsWith(`${before.currentId}.`)).toBe(true);
    const sealed = sealUnder(unwrapDataKey(before, "t-1", one), random, context, "seed");
    expect(dataKeyId(sealed)).toBe(one.id);
    expect(dataKeyId(one.wrapped)).toBeNull();
  });

  test("does not unwrap for another tenant, under another id, changed, or without its master secret", () => {
    const { id, wrapped } = newDataKey(before, random, "t-1");
    const flipped = wrapped.slice(0, -2) + (wrapped.at(-2) === "A" ? "B" : "A") + wrapped.slice(-1);
    for (const [keyring, tenant, key] of [
      [before, "t-2", { id, wrapped }],
      [before, "t-1", { id: "dk0000000000000000", wrapped }],
      [before, "t-1", { id, wrapped: flipped }],
      [after, "t-1", { id, wrapped }],
    ] as const) {
      expect(() => unwrapDataKey(keyring, tenant, key)).toThrow(SealBroken);
    }
  });

  test("K-4: wrapped again it is the same key: what it sealed opens as it is", () => {
    const made = newDataKey(before, random, "t-1");
    const sealed = sealUnder(unwrapDataKey(before, "t-1", made), random, context, "seed");
    const again = { id: made.id, wrapped: rewrapped(during, random, "t-1", made) };
    expect(again.wrapped.startsWith(`${after.currentId}.`)).toBe(true);
    expect(openUnder(unwrapDataKey(after, "t-1", again).key, context, sealed)).toBe("seed");
  });
});
