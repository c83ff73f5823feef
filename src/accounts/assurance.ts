/** What a person showed: something they know, or something they have. */
export type ProofKind =
  | "password"
  | "sms"
  | "voice"
  | "totp"
  | "recoveryCode"
  | "passkey"
  | "email"
  | "trustedDevice";

export interface Proof {
  readonly kind: ProofKind;
  /** The authenticator it came from; null for what is not enrolled, such as a password. */
  readonly authenticatorId: string | null;
  readonly at: number;
}

/** How sure it is who this is, in the words of NIST SP 800-63B-4. */
export interface Assurance {
  readonly aal: 0 | 1 | 2;
  /** It rests on the telephone network alone, which 63B-4 3.1.3.3 calls restricted. */
  readonly restricted: boolean;
  /** Only a passkey may say so. */
  readonly phishingResistant: boolean;
}

const classOf: Readonly<Record<ProofKind, "know" | "have" | "both" | "nothing">> = {
  password: "know",
  sms: "have",
  voice: "have",
  totp: "have",
  recoveryCode: "have",
  // A passkey is used with a PIN or a finger: it is both.
  passkey: "both",
  // A mailbox is an address to write to, never an authenticator (A-16, 63B-4 3.1.3.1).
  email: "nothing",
  // A cookie from an earlier sign-in says where somebody is, not who: it is no authenticator.
  trustedDevice: "nothing",
};

const overTelephone: ReadonlySet<ProofKind> = new Set(["sms", "voice"]);

export function assuranceOf(proofs: readonly Proof[]): Assurance {
  const classes = new Set(proofs.map(({ kind }) => classOf[kind]));
  const isBoth = classes.has("both");
  const knows = isBoth || classes.has("know");
  const has = isBoth || classes.has("have");
  const held = proofs.filter(({ kind }) => classOf[kind] === "have" || classOf[kind] === "both");
  return {
    aal: knows && has ? 2 : knows || has ? 1 : 0,
    restricted: held.length > 0 && held.every(({ kind }) => overTelephone.has(kind)),
    phishingResistant: isBoth,
  };
}

/** When an authenticator was used last; null where none was. */
export function lastAuthenticatedAt(proofs: readonly Proof[]): number | null {
  const used = proofs.filter(({ kind }) => classOf[kind] !== "know" && classOf[kind] !== "nothing");
  return used.length === 0 ? null : Math.max(...used.map(({ at }) => at));
}

/** Whether one of the proofs is of an enrolled authenticator and no older than `maxAgeMs`. */
export function isFresh(proofs: readonly Proof[], maxAgeMs: number, now: number): boolean {
  const last = lastAuthenticatedAt(proofs);
  return last !== null && now - last <= maxAgeMs;
}
