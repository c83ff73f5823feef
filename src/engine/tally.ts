import type { Meter } from "./parts.ts";

export interface Count {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

/** What was counted, by name and then by labels: a meter that can be read. */
export interface Tally extends Meter {
  readonly series: ReadonlyMap<string, ReadonlyMap<string, Count>>;
}

/** Bounded by what is counted: every label has few values, and none comes from a caller. */
export function createTally(): Tally {
  const series = new Map<string, Map<string, Count>>();
  return {
    series,
    count(name, labels = {}, amount = 1) {
      let counts = series.get(name);
      if (counts === undefined) {
        counts = new Map();
        series.set(name, counts);
      }
      let id = "";
      for (const label in labels) id += `${labels[label]}\n`;
      const one = counts.get(id);
      if (one === undefined) counts.set(id, { labels, value: amount });
      else one.value += amount;
    },
  };
}
