import { assuranceOf, type Proof, type ProofKind } from "./assurance.ts";

/** What each proof is in the words of RFC 8176. */
const methodsOf: Readonly<Record<ProofKind, readonly string[]>> = {
  password: ["pwd"],
  sms: ["sms"],
  voice: ["tel"],
  totp: ["otp"],
  recoveryCode: ["otp"],
  // Whether its key is in hardware is not known: many are kept with an account and come to every device of its owner.
  passkey: ["swk", "user"],
  email: [],
  trustedDevice: [],
};

/** How somebody was authenticated, in the words of RFC 8176, each once. */
export function authenticationMethods(proofs: readonly Proof[]): readonly string[] {
  const methods = new Set(proofs.flatMap(({ kind }) => methodsOf[kind]));
  if (assuranceOf(proofs).aal === 2) methods.add("mfa");
  return [...methods];
}
