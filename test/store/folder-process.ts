// A process that opens the data folder of its first argument, says what came of it, and keeps it open.
import { systemClock } from "../../src/clock/index.ts";
import { openSqliteStore } from "../../src/store/index.ts";

const [folder = "", lockWaitMs = "0"] = process.argv.slice(2);
const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
try {
  const store = await openSqliteStore({ folder, clock: systemClock(), lockWaitMs: Number(lockWaitMs) });
  say({ opened: true });
  process.stdin.on("end", () => void store.close());
  process.stdin.resume();
} catch (cause) {
  say({ opened: false, name: (cause as Error).name, message: (cause as Error).message });
}
