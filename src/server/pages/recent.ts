/** What is remembered of the last few thousand: two generations, of which the older goes when the younger is full. */
export class Recent<V> {
  readonly #max: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(max: number) {
    this.#max = max;
  }

  get(id: string): V | undefined {
    return this.#young.get(id) ?? this.#old.get(id);
  }

  set(id: string, value: V): void {
    if (!this.#young.has(id) && this.#young.size >= this.#max) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, value);
  }
}
