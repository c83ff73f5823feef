import type { Random } from "../../src/clock/index.ts";
import { seededRandom } from "../../src/testing/index.ts";

/** Every choice of a simulation comes from here, so that a seed repeats all of them. */
export interface Chance {
  readonly random: Random;
  /** From 0 up to, but without, `end`. */
  below(end: number): number;
  /** Both ends included. */
  between(first: number, last: number): number;
  happens(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A name, as often as its weight is of the sum of all. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T;
  /** An independent stream: what one part draws does not move what another draws. */
  fork(): Chance;
}

export function createChance(seed: number): Chance {
  // Neighbouring seeds must not begin alike.
  const source = seededRandom(Math.imul(seed ^ 0x5bd1_e995, 0x9e37_79b1));
  for (let warmUp = 0; warmUp < 4; warmUp++) source.next();
  const below = (end: number): number => Math.floor(source.next() * end);
  return {
    random: source,
    below,
    between: (first, last) => first + below(last - first + 1),
    happens: (probability) => source.next() < probability,
    pick(list) {
      const index = below(list.length);
      if (index >= list.length) throw new RangeError("nothing to pick from");
      return list[index] as (typeof list)[number];
    },
    weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
      const entries = Object.entries(weights) as [T, number][];
      let left = source.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      throw new RangeError("all weights are zero");
    },
    fork: () => createChance(below(0x1_0000_0000)),
  };
}
