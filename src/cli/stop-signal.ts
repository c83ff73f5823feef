import process from "node:process";

/** What ends a server: the first signal, which it waits for; a second one ends the process at once. */
export interface StopSignal {
  readonly first: Promise<string>;
  forget(): void;
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** From the start on: a signal that comes while the data is being opened counts as well. */
export function stopSignal(): StopSignal {
  let count = 0;
  let tell: (signal: string) => void = () => {};
  const first = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const onSignal = (signal: NodeJS.Signals): void => {
    count += 1;
    // Nothing acknowledged is lost: it is on the disk.
    if (count > 1) process.exit(128 + signalNumbers[signal as keyof typeof signalNumbers]);
    tell(signal);
  };
  const signals = Object.keys(signalNumbers) as (keyof typeof signalNumbers)[];
  for (const signal of signals) process.on(signal, onSignal);
  return {
    first,
    forget() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
