/** How far back a counter looks. */
export type WindowName = "10m" | "1h" | "24h";

export const windowMs: Readonly<Record<WindowName, number>> = {
  "10m": 600_000,
  "1h": 3_600_000,
  "24h": 86_400_000,
};

/** Counts in slices of a sixth of their window; `first` is the number of the oldest slice since the epoch. */
export interface Tally {
  readonly first: number;
  readonly counts: readonly number[];
}

const slices = 6;

function sliceOf(window: WindowName, now: number): number {
  return Math.floor((now * slices) / windowMs[window]);
}

/**
 * The tally with `amount` more, or fewer, and without what is too old. The slice that the window's edge cuts is kept
 * whole: the count is never too low.
 */
export function added(tally: Tally | undefined, window: WindowName, now: number, amount: number): Tally {
  const slice = sliceOf(window, now);
  const oldest = slice - slices;
  if (tally === undefined || tally.first + tally.counts.length <= oldest) {
    return { first: slice, counts: [Math.max(0, amount)] };
  }
  // A clock that stepped back counts in the oldest slice that there is.
  const first = Math.max(tally.first, oldest);
  const counts = tally.counts.slice(first - tally.first);
  const at = Math.max(0, slice - first);
  while (counts.length <= at) counts.push(0);
  counts[at] = Math.max(0, (counts[at] ?? 0) + amount);
  return { first, counts };
}

/** How many lie in the window that ends now. */
export function counted(tally: Tally | undefined, window: WindowName, now: number): number {
  if (tally === undefined) return 0;
  const oldest = sliceOf(window, now) - slices;
  let sum = 0;
  for (const [index, count] of tally.counts.entries()) if (tally.first + index >= oldest) sum += count;
  return sum;
}

/** When the oldest of what is counted leaves the window. */
export function opensAt(tally: Tally | undefined, window: WindowName, now: number): number {
  const width = windowMs[window] / slices;
  const oldest = sliceOf(window, now) - slices;
  for (const [index, count] of (tally?.counts ?? []).entries()) {
    const slice = (tally?.first ?? 0) + index;
    if (slice >= oldest && count > 0) return (slice + slices + 1) * width;
  }
  return now + width;
}

/** Two tallies of one counter, kept by different nodes, as one. */
export function merged(one: Tally | undefined, other: Tally | undefined): Tally | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const first = Math.min(one.first, other.first);
  const end = Math.max(one.first + one.counts.length, other.first + other.counts.length);
  // What is far apart cannot lie in one window.
  if (end - first > 2 * slices) return one.first > other.first ? one : other;
  const counts = Array.from({ length: end - first }, (_, index) => {
    const slice = first + index;
    return (one.counts[slice - one.first] ?? 0) + (other.counts[slice - other.first] ?? 0);
  });
  return { first, counts };
}
