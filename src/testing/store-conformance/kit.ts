import type { Store } from "../../store/index.ts";

/** What any test runner offers: vitest, `node:test`, jest. */
export interface TestKit {
  describe(name: string, body: () => void): unknown;
  test(name: string, body: () => Promise<void>): unknown;
}

export interface OpenOptions {
  /** Updates that may wait; more are refused at the door. Without it, what the store does by itself. */
  readonly queueMax?: number;
}

/** An empty store of its own for one test. */
export interface OpenedStore {
  readonly store: Store;
  /** Closes the store and opens its data again; absent for stores that keep nothing. */
  readonly reopen?: () => Promise<Store>;
  /** Opens what `backup(path)` wrote; absent where backups are made by other means. */
  readonly openBackup?: (path: string) => Promise<Store>;
}

export type OpenStore = (options: OpenOptions) => Promise<OpenedStore>;

/** One chapter of the suite: `check` registers a test that gets a fresh store and closes it. */
export interface Chapter {
  check(title: string, body: (opened: OpenedStore) => Promise<void>, options?: OpenOptions): void;
}

export function chapterOf(kit: TestKit, open: OpenStore): Chapter {
  return {
    check(title, body, options = {}) {
      kit.test(title, async () => {
        const opened = await open(options);
        try {
          await body(opened);
        } finally {
          await opened.store.close();
        }
      });
    },
  };
}
