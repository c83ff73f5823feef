import { argon2, pbkdf2, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { canonicalPassword } from "../accounts/index.ts";
import type { Random } from "../clock/index.ts";
import { type Keyring, requireKey } from "../secrets/index.ts";
import { type Bcrypt, createBcrypt } from "./bcrypt.ts";
import { HashingOverloaded } from "./errors.ts";
import { formatArgon2id, type PasswordHash, parsePasswordHash } from "./password-hash.ts";

/** Slow hashes of passwords and recovery codes, few at once (P-3, P-4). */
export interface Hasher {
  /** A salted argon2id hash under the current pepper, with its parameters. */
  hash(secret: string): Promise<string>;
  /**
   * Whether it is the secret of this hash, and whether the hash should be made anew. With null, it does the same work and
   * says no: whoever has no password takes as long as somebody with another one. `isAsked` is asked when its turn has
   * come; with false there is no work, and the answer is no.
   */
  verify(stored: string | null, secret: string, isAsked?: () => Promise<boolean>): Promise<Verified>;
  /** Ends the thread that hashes from elsewhere may have begun. */
  close(): Promise<void>;
}

export interface Verified {
  readonly matches: boolean;
  /** It matches, and was made in another way than hashes are made now. */
  readonly isOutdated: boolean;
}

/** At two at once the event loop and the file system keep answering; with 32 a file stat took 0.66 s (measured). */
const atOnceMax = 2;
const waitingMax = 256;
/** Hashes from elsewhere may cost many times as much: one at once, beside the others, and nobody else waits for them. */
const importedAtOnceMax = 1;
const importedWaitingMax = 64;
const saltBytes = 16;
const digestBytes = 32;
/** What a hash costs whoever tries passwords: argon2id's parameters. */
export interface HashCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** 19 MiB, two passes, one lane: 19 ms on one core (measured). */
const current: HashCost = { memoryKib: 19_456, passes: 2, lanes: 1 };

const deriveArgon2 = promisify(argon2);
const derivePbkdf2 = promisify(pbkdf2);
type ScryptCost = { readonly N: number; readonly r: number; readonly p: number; readonly maxmem: number };
const deriveScrypt = promisify<string, Buffer, number, ScryptCost, Buffer>(scrypt);

type Argon2id = Extract<PasswordHash, { readonly type: "argon2id" }>;

export interface HasherOptions {
  readonly cost?: HashCost | undefined;
  /** Told once of each master secret that a hash was made under and that is not here. */
  readonly onMissingSecret?: (keyId: string) => void;
}

export function createHasher(keyring: Keyring, random: Random, options: HasherOptions = {}): Hasher {
  const { cost = current } = options;
  const limit = createLimit(atOnceMax, waitingMax);
  const importedLimit = createLimit(importedAtOnceMax, importedWaitingMax);
  const bcrypt = createBcrypt();
  const missing = new Set<string>();
  const newHash = (): Argon2id => ({
    type: "argon2id",
    ...cost,
    keyId: keyring.currentId,
    salt: Buffer.from(random.bytes(saltBytes)),
    digest: Buffer.alloc(digestBytes),
  });

  /** Null for what fits nothing here: an error instead would tell that somebody has this name. */
  function readable(stored: string): PasswordHash | null {
    const hash = parsePasswordHash(stored);
    const missingId = hash === null ? null : missingSecretOf(keyring, hash);
    if (missingId === null) return hash;
    if (!missing.has(missingId)) options.onMissingSecret?.(missingId);
    missing.add(missingId);
    return null;
  }

  return {
    hash: (secret) =>
      limit(async () => {
        const hash = newHash();
        return formatArgon2id({ ...hash, digest: await argon2id(keyring, hash, canonicalPassword(secret)) });
      }),
    verify: (stored, secret, isAsked) => {
      const hash = stored === null ? null : readable(stored);
      const turn = hash !== null && isSlower(hash, cost) ? importedLimit : limit;
      return turn(async () => {
        if (isAsked !== undefined && !(await isAsked())) return { matches: false, isOutdated: false };
        const isRight = await matches({ keyring, bcrypt }, hash ?? newHash(), canonicalPassword(secret));
        const matched = hash !== null && isRight;
        return { matches: matched, isOutdated: matched && !isAsMadeNow(hash, keyring.currentId, cost) };
      });
    },
    close: () => bcrypt.close(),
  };
}

async function argon2id(keyring: Keyring, hash: Argon2id, secret: string): Promise<Buffer> {
  const pepper = hash.keyId === null ? null : requireKey(keyring, "pepper", hash.keyId).export();
  return await deriveArgon2("argon2id", {
    message: secret,
    nonce: hash.salt,
    parallelism: hash.lanes,
    tagLength: hash.digest.length,
    memory: hash.memoryKib,
    passes: hash.passes,
    ...(pepper === null ? {} : { secret: pepper }),
  });
}

interface Comparing {
  readonly keyring: Keyring;
  readonly bcrypt: Bcrypt;
}

async function matches(parts: Comparing, hash: PasswordHash, secret: string): Promise<boolean> {
  switch (hash.type) {
    case "argon2id":
      return timingSafeEqual(await argon2id(parts.keyring, hash, secret), hash.digest);
    case "scrypt": {
      const { cost: N, blockSize: r, lanes: p, salt, digest } = hash;
      const maxmem = 128 * N * r + 128 * r * p + 1_048_576;
      return timingSafeEqual(await deriveScrypt(secret, salt, digest.length, { N, r, p, maxmem }), digest);
    }
    case "pbkdf2": {
      const made = await derivePbkdf2(secret, hash.salt, hash.iterations, hash.digest.length, hash.hash);
      return timingSafeEqual(made, hash.digest);
    }
    case "bcrypt":
      return await parts.bcrypt.compare({ secret, hash: hash.text });
    default:
      return hash satisfies never;
  }
}

/** The id of the master secret that it was made under and that is not here; null for all others. */
export function missingSecretOf(keyring: Keyring, hash: PasswordHash): string | null {
  const keyId = hash.type === "argon2id" ? hash.keyId : null;
  // A former secret that was removed left its pepper.
  return keyId === null || keyring.knownIds.includes(keyId) ? null : keyId;
}

/** Whether it may take longer than our own: whatever is not argon2id at our cost. */
function isSlower(hash: PasswordHash, { memoryKib, passes }: HashCost): boolean {
  return hash.type !== "argon2id" || hash.memoryKib * hash.passes > memoryKib * passes;
}

function isAsMadeNow(hash: PasswordHash, keyId: string, cost: HashCost): boolean {
  return (
    hash.type === "argon2id" &&
    hash.keyId === keyId &&
    hash.memoryKib === cost.memoryKib &&
    hash.passes === cost.passes &&
    hash.lanes === cost.lanes
  );
}

/** Runs a few at a time, the others in their order, and refuses what could not be answered in time. */
function createLimit(runningMax: number, mostWaiting: number): <R>(work: () => Promise<R>) => Promise<R> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= runningMax) {
      if (waiting.length >= mostWaiting)
        throw new HashingOverloaded(`${waiting.length} slow hashes are waiting`);
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      // Handed on, so that nobody who comes now gets in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
