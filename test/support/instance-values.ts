import type { HashCost } from "../../src/authenticators/index.ts";
import { Secret } from "../../src/secrets/index.ts";

/** A master secret of tests: 32 bytes that no example holds. */
export const testSecret: Secret = new Secret("q7ZsM2vXw4Lr9TbKc1YdHf6GjNpAuEo3");

/**
 * Hashes made at once, the least that argon2id takes. What they cost is proved beside them (src/authenticators); tests of
 * anything else would spend most of their time on it.
 */
export const quickHashes: HashCost = { memoryKib: 8, passes: 1, lanes: 1 };

/** Numbers that no person has: the ranges that regulators keep for fiction. */
export const alice = "+14155550101";
export const bob = "+14155550102";
export const mallory = "+14155550199";
