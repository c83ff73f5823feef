import type { Readable } from "node:stream";

/** Codes as they arrive on the virtual phones. */
export interface PhoneLine {
  /** The next code that arrives for this number, or the one that is already there. */
  codeFor(number: string): Promise<string>;
  /** One more server that delivers to these phones. */
  listenTo(stream: Readable): void;
}

export function createPhoneLine(): PhoneLine {
  const arrived = new Map<string, string>();
  const awaited = new Map<string, (code: string) => void>();
  const receive = (number: string, code: string): void => {
    const resolve = awaited.get(number);
    if (resolve === undefined) {
      arrived.set(number, code);
      return;
    }
    awaited.delete(number);
    resolve(code);
  };
  return {
    codeFor(number) {
      const code = arrived.get(number);
      if (code === undefined) return new Promise((resolve) => awaited.set(number, resolve));
      arrived.delete(number);
      return Promise.resolve(code);
    },
    listenTo(stream) {
      let rest = "";
      stream.setEncoding("latin1").on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const space = line.indexOf(" ");
          receive(line.slice(0, space), line.slice(space + 1));
        }
      });
    },
  };
}
