import { inspect } from "node:util";

/** A value that cannot be printed by accident: logs, errors, JSON and `inspect` show `***` (K-7). */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "***";
  }

  toJSON(): string {
    return "***";
  }
}

Object.defineProperty(Secret.prototype, inspect.custom, { value: () => "***" });
