import { createHmac, createSecretKey } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hmacSha256 } from "./hmac.ts";

const keyOf = (hex: string) => createSecretKey(Buffer.from(hex, "hex"));

describe("K-1: HMAC-SHA-256 is that of RFC 4231", () => {
  test.each([
    ["1", "0b".repeat(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [
      "2",
      Buffer.from("Jefe").toString("hex"),
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    [
      "6, a key longer than a block",
      "aa".repeat(131),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ])("case %s", (_, key, text, digest) => {
    expect(hmacSha256(keyOf(key), text).toString("hex")).toBe(digest);
  });

  test("whatever the key and the text, it is what node:crypto makes of them", () => {
    const text = fc.string({ unit: "binary", maxLength: 700 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        fc.array(text, { maxLength: 3 }),
        (bytes, texts) => {
          const key = createSecretKey(bytes);
          const expected = texts.map((one) => createHmac("sha256", key).update(one, "utf8").digest());
          expect(texts.map((one) => hmacSha256(key, one))).toEqual(expected);
        },
      ),
    );
  });

  test.each(["\ud800", "a\udc00", "\ud83d\ude00", "", "\u0000", "é".repeat(341), "é".repeat(342)])(
    "a text of the edge: %j",
    (text) => {
      const key = keyOf("17".repeat(32));
      expect(hmacSha256(key, text)).toEqual(createHmac("sha256", key).update(text, "utf8").digest());
    },
  );

  test("digests of one key do not share their bytes", () => {
    const key = keyOf("17".repeat(32));
    const [a, b] = [hmacSha256(key, "a"), hmacSha256(key, "b")];
    expect(a).toEqual(createHmac("sha256", key).update("a").digest());
    expect(b).toEqual(createHmac("sha256", key).update("b").digest());
  });
});
