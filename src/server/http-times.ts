/** How long requests took, by route and status, written in Prometheus' text form (a histogram). */
export interface HttpTimes {
  add(method: string, route: string, status: number, seconds: number): void;
  text(): string;
}

interface Series {
  readonly labels: string;
  /** One a bound, and one for what is slower than all. */
  readonly counts: number[];
  sum: number;
}

const name = "countersign_http_seconds";
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/**
 * Counts on the hot path with two look-ups in maps. The usual package builds and hashes an object of labels
 * for each observation, which costs five times as much as all the limits together.
 */
export function createHttpTimes(): HttpTimes {
  // Bounded by the routes, the known methods and the statuses: callers choose among them and add none.
  const byRoute = new Map<string, Map<string, Series>>();

  function seriesOf(method: string, route: string, status: number): Series {
    let series = byRoute.get(route);
    if (series === undefined) {
      series = new Map();
      byRoute.set(route, series);
    }
    const id = method + status;
    let one = series.get(id);
    if (one === undefined) {
      const labels = `method="${method}",route="${route}",status="${status}"`;
      one = { labels, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
      series.set(id, one);
    }
    return one;
  }

  return {
    add(method, route, status, seconds) {
      const series = seriesOf(method, route, status);
      let index = 0;
      while (index < bounds.length && seconds > (bounds[index] ?? 0)) index += 1;
      series.counts[index] = (series.counts[index] ?? 0) + 1;
      series.sum += seconds;
    },
    text() {
      const lines = [`# HELP ${name} Time to answer a request.`, `# TYPE ${name} histogram`];
      for (const series of byRoute.values()) for (const one of series.values()) lines.push(...linesOf(one));
      return `${lines.join("\n")}\n`;
    },
  };
}

function linesOf({ labels, counts, sum }: Series): readonly string[] {
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    return `${name}_bucket{le="${bounds[index] ?? "+Inf"}",${labels}} ${total}`;
  });
  return [...buckets, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${total}`];
}
