/** What is remembered of the last few thousand: two generations, of which the older goes when the younger is full. */
export class Recent<V, Id extends string | number = string> {
  readonly #max: number;
  #young = new Map<Id, V>();
  #old = new Map<Id, V>();

  constructor(max: number) {
    this.#max = max;
  }

  get(id: Id): V | undefined {
    return this.#young.get(id) ?? this.#old.get(id);
  }

  set(id: Id, value: V): void {
    if (!this.#young.has(id) && this.#young.size >= this.#max) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, value);
  }
}

/** When somebody did something, of those who did it last: for what each may do so often in a span of time. */
export class RecentTimes {
  readonly #times: Recent<readonly number[]>;
  readonly #spanMs: number;

  constructor(rememberedMax: number, spanMs: number) {
    this.#times = new Recent(rememberedMax);
    this.#spanMs = spanMs;
  }

  /** How often within the span. */
  count(id: string, now: number): number {
    return this.#within(id, now).length;
  }

  /** Counts once more; null, or when it may be done again where that makes more than `max`. */
  take(id: string, max: number, now: number): number | null {
    const known = this.#within(id, now);
    const oldest = known[0];
    if (known.length >= max && oldest !== undefined) return oldest + this.#spanMs;
    this.#times.set(id, [...known, now]);
    return null;
  }

  /** Once that was counted at this time does not count after all. */
  giveBack(id: string, at: number): void {
    const known = this.#times.get(id) ?? [];
    const index = known.lastIndexOf(at);
    if (index >= 0) this.#times.set(id, known.toSpliced(index, 1));
  }

  #within(id: string, now: number): readonly number[] {
    const times = this.#times.get(id);
    return times === undefined ? never : times.filter((at) => at > now - this.#spanMs && at <= now);
  }
}

const never: readonly number[] = [];
