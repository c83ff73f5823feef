import { describe, expect, test } from "vitest";
import { assuranceOf, isFresh, type ProofKind } from "./index.ts";

const of = (...kinds: ProofKind[]) =>
  assuranceOf(kinds.map((kind) => ({ kind, authenticatorId: null, at: 0 })));

describe("assurance", () => {
  test.each<[readonly ProofKind[], 0 | 1 | 2, boolean, boolean]>([
    [[], 0, false, false],
    [["password"], 1, false, false],
    [["sms"], 1, true, false],
    [["voice", "sms"], 1, true, false],
    [["totp", "sms"], 1, false, false],
    [["password", "sms"], 2, true, false],
    [["password", "voice"], 2, true, false],
    [["password", "totp"], 2, false, false],
    [["password", "recoveryCode"], 2, false, false],
    [["passkey"], 2, false, true],
    [["password", "passkey"], 2, false, true],
    // a mailbox proves an address and nothing else.
    [["email"], 0, false, false],
    [["password", "email"], 1, false, false],
  ])(
    "A-13, A-16, X-5: of %j it is AAL%d, restricted %s, phishing-resistant %s",
    (kinds, aal, restricted, resistant) => {
      expect(of(...kinds)).toEqual({ aal, restricted, phishingResistant: resistant });
    },
  );

  test("a fresh step-up is one with an authenticator: neither a password nor a mailbox", () => {
    const at = (kind: ProofKind) => [{ kind, authenticatorId: null, at: 1_000 }];
    expect(isFresh(at("totp"), 500, 1_500)).toBe(true);
    expect(isFresh(at("totp"), 500, 1_501)).toBe(false);
    expect(isFresh(at("password"), 500, 1_000)).toBe(false);
    expect(isFresh(at("email"), 500, 1_000)).toBe(false);
  });
});
