import { describe, expect, test } from "vitest";
import { systemRandom } from "../clock/index.ts";
import { bindingDigest, blindIndex, createKeyring, open, SealBroken, Secret, seal } from "./index.ts";

const first = new Secret("q7ZsM2vXw4Lr9TbKc1YdHf6GjNpAuEo3");
const second = new Secret("W8kPz3nRt5VyXm1QbCj7LhGdFs2EaUo9");
const keyring = createKeyring([first]);
const random = systemRandom();
const place = { table: "verifications", column: "supplied_code", row: "v-1", tenant: "t-1" };

describe("K-3: a sealed value opens in its place and nowhere else", () => {
  const sealed = seal(keyring, random, place, "000123");

  test("C-10: what was sealed comes back, leading zeros and all", () => {
    expect(open(keyring, place, sealed)).toBe("000123");
    for (const text of ["", "é 漢字 🔑", "x".repeat(10_000)]) {
      expect(open(keyring, place, seal(keyring, random, place, text))).toBe(text);
    }
  });

  test.each([
    ["row", { ...place, row: "v-2" }],
    ["column", { ...place, column: "address" }],
    ["table", { ...place, table: "recipients" }],
    ["tenant", { ...place, tenant: "t-2" }],
    ["border between row and tenant", { ...place, row: "v-", tenant: "1t-1" }],
  ])("moved to another %s, it does not open", (_, elsewhere) => {
    expect(() => open(keyring, elsewhere, sealed)).toThrow(SealBroken);
  });

  test("a flipped bit anywhere, and a missing byte, do not open", () => {
    const [id = "", body = ""] = sealed.split(".");
    const bytes = Buffer.from(body, "base64url");
    for (let index = 0; index < bytes.length; index++) {
      const flipped = Buffer.from(bytes);
      flipped[index] = (flipped[index] ?? 0) ^ 1;
      expect(() => open(keyring, place, `${id}.${flipped.toString("base64url")}`)).toThrow(SealBroken);
      const short = bytes.subarray(0, index).toString("base64url");
      expect(() => open(keyring, place, `${id}.${short}`)).toThrow(SealBroken);
    }
  });

  test.each(["", ".", "no dot", "deadbeef.AAAA", ".AAAA"])("%j is not a sealed value", (text) => {
    expect(() => open(keyring, place, text)).toThrow(SealBroken);
  });

  test("the fault names the place and not the content", () => {
    const moved = { ...place, row: "v-2" };
    expect(() => open(keyring, moved, sealed)).toThrow(/^verifications\.supplied_code: does not open$/);
  });

  test("K-1: the same code in two rows, and twice in one, has different ciphertexts", () => {
    const ciphertexts = ["v-1", "v-1", "v-2"].map((row) =>
      seal(keyring, random, { ...place, row }, "123456"),
    );
    expect(new Set(ciphertexts).size).toBe(3);
  });
});

describe("K-4: rotation", () => {
  const before = createKeyring([first]);
  const during = createKeyring([second, first]);
  const after = createKeyring([second]);

  test("what is old opens as long as its secret is in the ring, what is new is sealed with the current one", () => {
    const old = seal(before, random, place, "old");
    expect(open(during, place, old)).toBe("old");
    expect(() => open(after, place, old)).toThrow(/unknown secret/);
    const fresh = seal(during, random, place, "new");
    expect(fresh.startsWith(`${after.currentId}.`)).toBe(true);
    expect(open(after, place, fresh)).toBe("new");
  });

  test("N-8: a recipient is found under the same index before and after a new secret came", () => {
    expect(blindIndex(during, "t-1", "phone", "+14155550123")).toBe(
      blindIndex(before, "t-1", "phone", "+14155550123"),
    );
    expect(bindingDigest(during, "t-1", "binding", "b")).toBe(bindingDigest(before, "t-1", "binding", "b"));
  });
});

describe("N-8: the blind index", () => {
  const index = (tenant: string, kind: "phone" | "email", address: string): string =>
    blindIndex(keyring, tenant, kind, address);

  test("one number has one index in a tenant, and another in the next", () => {
    const all = [
      index("t-1", "phone", "+14155550123"),
      index("t-2", "phone", "+14155550123"),
      index("t-1", "email", "+14155550123"),
      index("t-1", "phone", "+14155550124"),
    ];
    expect(new Set(all).size).toBe(4);
    expect(index("t-1", "phone", "+14155550123")).toBe(all[0]);
    for (const one of all) expect(one).not.toContain("4155550123");
  });

  test("a binding and a subject of the same text are two digests", () => {
    expect(bindingDigest(keyring, "t-1", "binding", "x")).not.toBe(
      bindingDigest(keyring, "t-1", "subject", "x"),
    );
  });
});
