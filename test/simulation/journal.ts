import { createHash } from "node:crypto";

/** One broken promise of the product, by the name of its invariant. */
export interface Violation {
  readonly invariant: string;
  readonly detail: string;
}

/**
 * Everything that happens, in order. Only its hash is kept unless somebody wants to read it: two runs of one seed are
 * the same run when their hashes are equal.
 */
export class Journal {
  readonly #hash = createHash("sha256");
  readonly #print: ((line: string) => void) | null;
  readonly #now: () => number;
  #events = 0;
  #violation: Violation | null = null;

  constructor(now: () => number, print: ((line: string) => void) | null) {
    this.#now = now;
    this.#print = print;
  }

  get events(): number {
    return this.#events;
  }

  /** The first one: what follows may be its consequence. */
  get violation(): Violation | null {
    return this.#violation;
  }

  note(text: string): void {
    this.#events += 1;
    const line = `${this.#now()} ${text}`;
    this.#hash.update(line).update("\n");
    this.#print?.(line);
  }

  /** Engine code swallows what is thrown into it, so that a violation is written down and ends the run later. */
  violate(invariant: string, detail: string): void {
    this.note(`VIOLATION ${invariant} ${detail}`);
    this.#violation ??= { invariant, detail };
  }

  expect(holds: boolean, invariant: string, detail: () => string): void {
    if (!holds) this.violate(invariant, detail());
  }

  digest(): string {
    return this.#hash.digest("hex");
  }
}
