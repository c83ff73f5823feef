import { expect, test } from "vitest";
import type { ProofKind } from "./assurance.ts";
import { authenticationMethods } from "./authentication-methods.ts";

const rows: readonly (readonly [readonly ProofKind[], readonly string[]])[] = [
  [[], []],
  [["password"], ["pwd"]],
  [
    ["password", "sms"],
    ["pwd", "sms", "mfa"],
  ],
  [
    ["password", "voice"],
    ["pwd", "tel", "mfa"],
  ],
  [
    ["password", "totp", "totp"],
    ["pwd", "otp", "mfa"],
  ],
  [
    ["password", "recoveryCode"],
    ["pwd", "otp", "mfa"],
  ],
  [["passkey"], ["swk", "user", "mfa"]],
  [["sms"], ["sms"]],
  // Neither is an authenticator.
  [["password", "trustedDevice"], ["pwd"]],
  [["password", "email"], ["pwd"]],
];

test.each(rows)("%j is %j in the words of RFC 8176", (kinds, methods) => {
  expect(authenticationMethods(kinds.map((kind) => ({ kind, authenticatorId: null, at: 0 })))).toEqual(
    methods,
  );
});
