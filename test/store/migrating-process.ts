// A process that migrates the data of its arguments and says each step before it takes it.
import { systemClock } from "../../src/clock/index.ts";
import { migrateData } from "../../src/store/index.ts";

const [databaseUrl = "", folder = "", migrationsFolder = ""] = process.argv.slice(2);
const place = {
  databaseUrl: databaseUrl === "" ? null : databaseUrl,
  folder,
  clock: systemClock(),
  lockWaitMs: 0,
  migrationsFolder,
};
await migrateData(place, (name) => void process.stdout.write(`${name}\n`));
process.stdout.write("done\n");
