import type { Clock } from "../clock/index.ts";
import { key, type Store } from "../store/index.ts";
import type { ApiKey } from "./records.ts";

/** When keys were last used: exact enough to find the ones nobody needs, and free for the requests themselves. */
export interface KeyUse {
  used(apiKey: ApiKey): void;
  lastUsedAt(apiKey: ApiKey): number | null;
}

const flushEveryMs = 60_000;
const keysMax = 10_000;

export function createKeyUse(store: Store, clock: Clock): KeyUse {
  const usedAt = new Map<string, number>();
  const unwritten = new Set<string>();
  let nextFlushAt = 0;

  /** Nobody waits for it, and one that fails is made up for by the next: a use is no reason to refuse a request. */
  async function flush(id: string, at: number): Promise<void> {
    const keyKey = key("apiKey", id);
    try {
      await store.update([keyKey], (rows) => {
        const row = rows.get(keyKey);
        if (row === undefined || (row.lastUsedAt ?? 0) >= at) return { writes: [], result: undefined };
        return { writes: [{ table: "apiKey", id, row: { ...row, lastUsedAt: at } }], result: undefined };
      });
    } catch {
      unwritten.add(id);
    }
  }

  return {
    used({ id }) {
      const now = clock.now();
      if (usedAt.size >= keysMax && !usedAt.has(id)) {
        usedAt.clear();
        unwritten.clear();
      }
      usedAt.set(id, now);
      unwritten.add(id);
      // The second comparison: a clock that was set back must not silence this for years.
      if (now < nextFlushAt && nextFlushAt <= now + flushEveryMs) return;
      nextFlushAt = now + flushEveryMs;
      const ids = [...unwritten];
      unwritten.clear();
      for (const one of ids) void flush(one, usedAt.get(one) ?? now);
    },
    lastUsedAt: (apiKey) => usedAt.get(apiKey.id) ?? apiKey.lastUsedAt ?? null,
  };
}
