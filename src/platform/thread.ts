import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** A thread that is asked one thing at a time; it begins with the first question. */
export interface Thread<Question, Answer> {
  /**
   * One at a time: whoever asks waits for the answer before the next question.
   * @throws Error when the thread cannot begin, or ends before it has answered
   */
  ask(question: Question): Promise<Answer>;
  /** Ends the thread, and what is under way in it. Nothing can be asked afterwards. */
  close(): Promise<void>;
}

export interface ThreadOptions {
  readonly name: string;
  /** Its program, which posts one message for each that it gets. */
  readonly file: URL;
  /** Of old objects, and of young ones. */
  readonly memoryMb: { readonly old: number; readonly young?: number };
  /** What its program finds as `workerData`. */
  readonly data?: unknown;
}

export function createThread<Question, Answer>(options: ThreadOptions): Thread<Question, Answer> {
  let thread: Worker | null = null;
  let isClosed = false;

  function begin(): Worker {
    const { old, young } = options.memoryMb;
    // Of this process it gets nothing: neither environment nor what is loaded before each program.
    const begun = new Worker(options.file, {
      name: options.name,
      env: {},
      execArgv: [],
      workerData: options.data,
      resourceLimits: {
        maxOldGenerationSizeMb: old,
        ...(young === undefined ? {} : { maxYoungGenerationSizeMb: young }),
      },
    });
    // Whoever waits for an answer hears of it; a thread that broke is replaced by the next question.
    begun.on("error", () => {});
    begun.once("exit", () => {
      if (thread === begun) thread = null;
    });
    return begun;
  }

  return {
    async ask(question) {
      if (isClosed) throw new Error(`the thread ${options.name} is closed`);
      thread ??= begin();
      const asking = thread;
      const over = new AbortController();
      const { signal } = over;
      // It keeps a program from its end for as long as somebody waits, and no longer.
      asking.ref();
      try {
        asking.postMessage(question);
        const [answer] = await Promise.race([
          once(asking, "message", { signal }),
          once(asking, "exit", { signal }).then(() => {
            throw new Error(`the thread ${options.name} has ended`);
          }),
        ]);
        return answer as Answer;
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
