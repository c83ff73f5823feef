import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { type Pass, passOn } from "./checkpoint-pass.ts";

/** Which database, by where it was opened and by the number that the disk gave its file. */
export interface CheckpointedFile {
  readonly path: string;
  readonly inode: number;
}

const { path, inode } = workerData as CheckpointedFile;
// SQLite makes what is not there, and deletes the log beside it: the only copy of what was acknowledged last.
if (statSync(path).ino !== inode) throw new Error(`${path} is not the database that is open`);
// A connection of its own: that of the event loop can do one thing at a time.
const database = new DatabaseSync(path);
database.exec("pragma synchronous = normal; pragma cache_size = -256;");
const pass: () => Pass | null = passOn(database);

parentPort?.on("message", () => parentPort?.postMessage(pass()));
