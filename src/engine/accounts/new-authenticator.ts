import {
  type Challenge,
  managePurpose,
  newChallenge,
  type Proof,
  type Session,
  type StoredRecoveryCode,
} from "../../accounts/index.ts";
import {
  newRecoveryCode,
  parseRecoveryCode,
  recoveryCodesCount,
  recoveryLookUp,
} from "../../authenticators/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { type AccountParts, holderDigest } from "./parts.ts";

const labelMax = 60;

/** Ten codes, and what is kept of them. */
export async function newStoredCodes(
  parts: AccountParts,
  subscriberId: string,
): Promise<{ readonly codes: readonly string[]; readonly stored: readonly StoredRecoveryCode[] }> {
  const codes = Array.from({ length: recoveryCodesCount }, () => newRecoveryCode(parts.random));
  const stored = await Promise.all(
    codes.map(async (code) => {
      const plain = parseRecoveryCode(code) as string;
      const lookUp = recoveryLookUp(parts.keyring, subscriberId, plain);
      return { lookUp, hash: await parts.hasher.hash(plain), usedAt: null };
    }),
  );
  return { codes, stored };
}

// The two joiners make emoji and words of some languages.
const unseen = /\p{Cc}|(?![\u200c\u200d])\p{Cf}/gu;

/** A name that somebody gave to something of theirs; null for what is none. */
export function labelOf(given: string): string | null {
  const label = given.isWellFormed() ? given.normalize("NFC").trim() : "";
  const isFit = label !== "" && [...label].length <= labelMax && seenOf(label) === label;
  return isFit ? label : null;
}

/** What is seen of a name that somebody or something gave, as far as `most` characters; empty where nothing is. */
export function seenOf(given: string, most: number = labelMax): string {
  const seen = given.toWellFormed().normalize("NFC").replaceAll(unseen, "").trim();
  return [...seen].slice(0, most).join("");
}

/** What every authenticator begins with; `usual` is what it is called where nothing is seen of the label. */
export function newBase(parts: AccountParts, label: string | undefined, usual: string) {
  const now = parts.clock.now();
  const id = uuidv7(now, parts.random);
  const name = seenOf(label ?? "") || usual;
  return { id, name, createdAt: now, confirmedAt: null, lastUsedAt: null, wrongInRow: 0, disabledAt: null };
}

/** The first authenticator was used a moment ago: that allows to add recovery codes without using it again. */
export function stepUpOf(
  parts: AccountParts,
  { id: sessionId, tenantId, subscriberId }: Session,
  proof: Proof,
  now: number,
): Challenge {
  const fields = {
    id: uuidv7(now, parts.random),
    tenantId,
    subscriberId,
    purpose: managePurpose,
    binding: holderDigest(parts, tenantId, "session", sessionId),
    earlier: [],
  };
  return { ...newChallenge(fields, now), status: "approved", settledAt: now, proof };
}
