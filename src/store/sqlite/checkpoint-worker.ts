import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { type Pass, passOn } from "./checkpoint-pass.ts";

// A connection of its own: that of the event loop can do one thing at a time.
const pass: () => Pass | null = passOn(new DatabaseSync(workerData as string));

parentPort?.on("message", () => parentPort?.postMessage(pass()));
