import { once } from "node:events";
import { Worker } from "node:worker_threads";

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
  let thread: Worker | null = null;
  let isClosed = false;

  function begin(): Worker {
    // Of this process it gets nothing: neither environment nor what is loaded before each program.
    const begun = new Worker(file, {
      name: "bcrypt",
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    });
    // Whoever waits for an answer hears of it; a thread that broke is replaced by the next question.
    begun.on("error", () => {});
    begun.once("exit", () => {
      if (thread === begun) thread = null;
    });
    return begun;
  }

  return {
    async compare(asked) {
      if (isClosed) throw new Error("imported passwords are checked no more: the instance is closed");
      thread ??= begin();
      const asking = thread;
      const over = new AbortController();
      const { signal } = over;
      // It keeps a program from its end for as long as somebody waits, and no longer.
      asking.ref();
      try {
        asking.postMessage(asked);
        const [answer] = await Promise.race([
          once(asking, "message", { signal }),
          once(asking, "exit", { signal }).then(() => {
            throw new Error("the thread that checks imported passwords has ended");
          }),
        ]);
        return answer === true;
      } finally {
        over.abort();
        asking.unref();
      }
    },
    async close() {
      isClosed = true;
      await thread?.terminate();
    },
  };
}
