import { describe, test } from "vitest";
import { createFakeClock, createMemoryStore, storeConformance } from "../../src/testing/index.ts";

storeConformance({ describe, test }, "memory", async (options) => {
  const clock = createFakeClock();
  return {
    store: createMemoryStore({ clock, ...options }),
    openBackup: async (from) => createMemoryStore({ clock, from }),
  };
});
