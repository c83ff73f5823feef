// An application's process: opens the folder it is given and says what happens, one JSON line each.
// Commands come as lines on standard input: `start`, `check <id> <code>`, `close`.
import process from "node:process";
import { createInterface } from "node:readline";
import { createCountersign } from "../../src/index.ts";

const [, , data = "", lockWaitMs = "10000"] = process.argv;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const to = "+14155550123";

const watched = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "exit",
  "beforeExit",
  "uncaughtException",
  "unhandledRejection",
];
const handlers = (): number => watched.reduce((sum, name) => sum + process.listenerCount(name), 0);
const globals = new Set(Object.getOwnPropertyNames(globalThis));
const handlersBefore = handlers();

const countersign = await createCountersign({ data, lockWaitMs: Number(lockWaitMs) });
say({
  open: true,
  handlersAdded: handlers() - handlersBefore,
  globalsAdded: Object.getOwnPropertyNames(globalThis).filter((name) => !globals.has(name)),
});

const lines = createInterface({ input: process.stdin });
for await (const line of lines) {
  const [command, id = "", code = ""] = line.split(" ");
  if (command === "start") {
    const started = await countersign.start({ to });
    await countersign.tick();
    say({ id: started.verification?.id, code: countersign.phones?.messages(to)[0]?.code });
  } else if (command === "check") {
    say({ outcome: (await countersign.check({ id, to, code })).outcome });
  } else if (command === "close") {
    await countersign.close();
    say({ closed: true });
    break;
  }
}
lines.close();
process.stdin.unref();
