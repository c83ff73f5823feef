import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemRandom } from "../clock/index.ts";
import { createKeyring, Secret } from "../secrets/index.ts";
import { newRecoveryCode, parseRecoveryCode, recoveryLookUp } from "./index.ts";

const random = systemRandom();

describe("recovery codes", () => {
  test("L-1: have 65 bits, each symbol as likely as any other", () => {
    const codes = Array.from({ length: 5_000 }, () => newRecoveryCode(random));
    expect(new Set(codes).size).toBe(codes.length);
    const counts = new Map<string, number>();
    for (const one of codes.join("").replaceAll("-", "")) counts.set(one, (counts.get(one) ?? 0) + 1);
    expect(counts.size).toBe(32);
    // 65,000 symbols: about 2,031 of each, and six standard deviations are 266.
    for (const count of counts.values()) expect(Math.abs(count - 65_000 / 32)).toBeLessThan(270);
  });

  test("L-4: are read whatever case, dashes, spaces and Crockford's confusions, and nothing else", () => {
    const noise = fc.constantFrom("", "-", " ", " - ");
    fc.assert(
      fc.property(fc.array(noise, { minLength: 13, maxLength: 13 }), fc.boolean(), (between, isLower) => {
        const code = newRecoveryCode(random);
        const plain = code.replaceAll("-", "");
        let typed = [...plain].map((one, n) => one + between[n]).join("");
        typed = typed.replaceAll("0", "O").replaceAll("1", isLower ? "l" : "I");
        expect(parseRecoveryCode(isLower ? typed.toLowerCase() : typed)).toBe(plain);
      }),
    );
    for (const wrong of ["", "1234-5678-9012", "U234-5678-90123", "1234-5678-901234", "x".repeat(99)]) {
      expect(parseRecoveryCode(wrong)).toBe(null);
    }
  });

  test("L-2: are looked up by a few keyed bits, another subscriber's by others", () => {
    const keyring = createKeyring([new Secret("q7ZsM2vXw4Lr9TbKc1YdHf6GjNpAuEo3")]);
    const code = parseRecoveryCode(newRecoveryCode(random)) ?? "";
    expect(recoveryLookUp(keyring, "s", code)).toMatch(/^[0-9a-f]{5}$/);
    expect(recoveryLookUp(keyring, "s", code)).toBe(recoveryLookUp(keyring, "s", code));
    expect(recoveryLookUp(keyring, "s", code)).not.toBe(recoveryLookUp(keyring, "other", code));
  });
});
