import { randomFillSync } from "node:crypto";

/** Where chance comes from, so that a simulation can repeat it (DT-1). */
export interface Random {
  /** Fresh bytes that nobody can predict. */
  bytes(length: number): Uint8Array;
}

const poolBytes = 4_096;

/** The operating system's generator, read in blocks: one system call serves many ids. */
export function systemRandom(): Random {
  let pool = new Uint8Array(0);
  let used = 0;
  return {
    bytes(length) {
      if (length > poolBytes) return randomFillSync(new Uint8Array(length));
      if (used + length > pool.length) {
        pool = randomFillSync(new Uint8Array(poolBytes));
        used = 0;
      }
      const start = used;
      used += length;
      return pool.subarray(start, used);
    },
  };
}
