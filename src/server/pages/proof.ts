import { hash } from "node:crypto";
import type { EngineParts } from "../../engine/index.ts";
import { codesEqual, keyedDigest, requireKey } from "../../secrets/index.ts";

/** What a proof of work is bound to, beside the number. */
export interface ProofContext {
  readonly visitId: string;
  readonly serviceId: string;
  readonly purpose: string | null;
}

/** What the browser sends. */
export interface Proof {
  readonly challenge: string;
  readonly country: string;
  readonly number: string;
  readonly answer: string;
}

/** The id under which a right proof is used up; or why it is none. */
export type ProofResult =
  | { readonly type: "right"; readonly id: string }
  | { readonly type: "expired" }
  | { readonly type: "wrong" };

const challengeLifetimeMs = 5 * 60_000;
const difficultyMin = 50_000;
const difficultyMax = 5_000_000;
const growth = 3;
const challengePattern = /^(\d{1,15})\.(\d{1,8})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{32})$/;
/** Of a digest, the first 48 bits are looked at: as many as a number in a browser holds exactly. */
const space = 2 ** 48;

/** How many hashes a start costs on average: more with each start of the last hour (F-10). */
export function difficultyAfter(starts: number): number {
  return Math.min(difficultyMax, difficultyMin * growth ** starts);
}

/** A task for one start: it says when it was made and how hard it is, and nobody else can make one. */
export function makeChallenge(parts: EngineParts, context: ProofContext, difficulty: number): string {
  const nonce = Buffer.from(parts.random.bytes(12)).toString("base64url");
  const now = parts.clock.now();
  return `${now}.${difficulty}.${nonce}.${signature(parts, context, [String(now), String(difficulty), nonce])}`;
}

/** Looks at one answer: one hash, whatever it cost to find. */
export function readProof(parts: EngineParts, context: ProofContext, proof: Proof): ProofResult {
  const [, at = "", difficulty = "", nonce = "", signed = ""] = challengePattern.exec(proof.challenge) ?? [];
  if (
    nonce === "" ||
    !codesEqual(parts.keyring, signature(parts, context, [at, difficulty, nonce]), signed)
  ) {
    return { type: "wrong" };
  }
  const age = parts.clock.now() - Number(at);
  if (age < -5_000 || age >= challengeLifetimeMs) return { type: "expired" };
  if (!/^\d{1,15}$/.test(proof.answer)) return { type: "wrong" };
  const text = `${proof.challenge}|${proof.country}|${proof.number}|${proof.answer}`;
  const first = Number.parseInt(hash("sha256", text, "hex").slice(0, 12), 16);
  return first < space / Number(difficulty) ? { type: "right", id: nonce } : { type: "wrong" };
}

function signature(parts: EngineParts, context: ProofContext, said: readonly string[]): string {
  const key = requireKey(parts.keyring, "page", parts.keyring.indexId);
  const bound = [context.visitId, context.serviceId, context.purpose ?? "", ...said];
  return keyedDigest(key, ["challenge", ...bound])
    .subarray(0, 24)
    .toString("base64url");
}
