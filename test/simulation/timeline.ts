import type { Chance } from "./chance.ts";

/** Something that will happen, unless it is taken back. */
export interface Ticket {
  canceled: boolean;
}

interface Entry extends Ticket {
  readonly at: number;
  /** Drawn: among what is ready at one instant, the seed picks. */
  readonly order: number;
  readonly run: () => void;
  readonly background: boolean;
}

interface Poller extends Ticket {
  readonly at: number;
  readonly everyMs: number;
  readonly run: () => void;
}

const wallStart = Date.UTC(2026, 0, 1, 12);

/**
 * Time and order of everything: monotonic time that only steps move, and a wall clock that may be wrong. Between two
 * steps the event loop turns once, which runs every promise to its end: nothing else is asynchronous here.
 */
export class Timeline {
  readonly #chance: Chance;
  readonly #entries: Entry[] = [];
  readonly #pollers: Poller[] = [];
  #elapsed = 0;
  #wallOffset = wallStart;
  /** When the outbox or a timer is due next, on the wall clock; asked anew after each step. */
  nextDueAt: () => Promise<number | null> = () => Promise.resolve(null);

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  get elapsed(): number {
    return this.#elapsed;
  }

  wall(): number {
    return this.#wallOffset + this.#elapsed;
  }

  /** The operator, or NTP, sets the wall clock; timers that run do not notice. */
  setWallBy(ms: number): void {
    this.#wallOffset += ms;
  }

  /** Everything stands still for so long, and what was due meanwhile happens afterwards. */
  freeze(ms: number): void {
    this.#elapsed += ms;
  }

  after(ms: number, run: () => void, background = false): Ticket {
    const entry: Entry = {
      at: this.#elapsed + Math.max(0, ms),
      order: this.#chance.below(0x4000_0000),
      run,
      background,
      canceled: false,
    };
    this.#entries.push(entry);
    return entry;
  }

  /**
   * A look at the outbox every so often. Looks that could find nothing are skipped: a wake-up happens at the first
   * multiple of its period at which something is due.
   */
  poll(everyMs: number, run: () => void): Ticket {
    const poller: Poller = { at: this.#elapsed + everyMs, everyMs, run, canceled: false };
    this.#pollers.push(poller);
    return poller;
  }

  /** Whether anything but jobs that run for ever is still to come. */
  get isQuiet(): boolean {
    return this.#entries.every((entry) => entry.background || entry.canceled);
  }

  /** Lets the next thing happen, and what it sets off; false when nothing would before `until`. */
  async step(until: number): Promise<boolean> {
    const entry = take(this.#entries, (one) => one.at, this.#elapsed);
    const due = await this.nextDueAt();
    const dueElapsed = due === null ? null : due - this.#wallOffset;
    const poller =
      dueElapsed === null ? undefined : take(this.#pollers, (one) => wakeOf(one, dueElapsed), this.#elapsed);
    const entryAt = entry?.at ?? Number.POSITIVE_INFINITY;
    const pollAt =
      poller === undefined || dueElapsed === null ? Number.POSITIVE_INFINITY : wakeOf(poller, dueElapsed);
    const at = Math.min(entryAt, pollAt);
    if (at > until) return false;
    this.#elapsed = Math.max(this.#elapsed, at);
    if (poller !== undefined && pollAt <= entryAt) {
      this.#pollers.splice(this.#pollers.indexOf(poller), 1);
      poller.run();
    } else if (entry !== undefined) {
      this.#entries.splice(this.#entries.indexOf(entry), 1);
      entry.run();
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
    return true;
  }
}

function wakeOf(poller: Poller, due: number): number {
  if (due <= poller.at) return poller.at;
  return poller.at + Math.ceil((due - poller.at) / poller.everyMs) * poller.everyMs;
}

/** The one that comes first; what was taken back is forgotten on the way. */
function take<T extends Ticket & { readonly order?: number }>(
  list: T[],
  atOf: (one: T) => number,
  now: number,
): T | undefined {
  let first: T | undefined;
  let firstAt = Number.POSITIVE_INFINITY;
  for (let index = list.length - 1; index >= 0; index--) {
    const one = list[index] as T;
    if (one.canceled) {
      list.splice(index, 1);
      continue;
    }
    // What is overdue is as ready as what is due now.
    const at = Math.max(now, atOf(one));
    if (at < firstAt || (at === firstAt && (one.order ?? 0) <= (first?.order ?? 0))) {
      first = one;
      firstAt = at;
    }
  }
  return first;
}
