import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { type Pass, passOn } from "./checkpoint-pass.ts";

// A connection of its own: that of the event loop can do one thing at a time.
const database = new DatabaseSync(workerData as string);
database.exec("pragma synchronous = normal; pragma cache_size = -256;");
const pass: () => Pass | null = passOn(database);

parentPort?.on("message", () => parentPort?.postMessage(pass()));
