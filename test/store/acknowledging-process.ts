// A process that writes one line to its output for each update, after the update was acknowledged.
import { writeSync } from "node:fs";
import { systemClock } from "../../src/clock/index.ts";
import { openSqliteStore } from "../../src/store/index.ts";
import { addUpdate, beginHistory } from "./numbered-updates.ts";

const [folder = "", count = "10"] = process.argv.slice(2);
const store = await openSqliteStore({ folder, clock: systemClock() });
await beginHistory(store);
writeSync(1, "begin\n");
for (let n = 0; n < Number(count); n++) writeSync(1, `acknowledged ${await addUpdate(store)}\n`);
writeSync(1, "end\n");
await store.close();
