import { createThread } from "../platform/thread.ts";

/** What the thread is asked. */
export interface BcryptAsked {
  readonly secret: string;
  readonly hash: string;
}

/** Compares with bcrypt hashes of elsewhere in a thread of its own, which begins with the first of them. */
export interface Bcrypt {
  /** One at a time. */
  compare(asked: BcryptAsked): Promise<boolean>;
  /** Ends the thread, and what is under way in it. */
  close(): Promise<void>;
}

/** TypeScript in a clone, JavaScript in the package. */
const file = new URL(
  import.meta.url.endsWith(".ts") ? "./bcrypt-worker.ts" : "./bcrypt-worker.js",
  import.meta.url,
);

/**
 * bcrypt is here in plain JavaScript, since nothing native is needed to install us: on the event loop, a hash of cost 12
 * made everybody else wait for a tenth of a second at a time (measured). It is in no thread pool either, so it gets a thread.
 */
export function createBcrypt(): Bcrypt {
  const thread = createThread<BcryptAsked, boolean>({ name: "bcrypt", file, memoryMb: { old: 32 } });
  return {
    compare: async (asked) => (await thread.ask(asked)) === true,
    close: () => thread.close(),
  };
}
