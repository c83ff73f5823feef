// Preloaded into a process (`--import`): it kills itself, as `kill -9` does, at one of its writes to a database or a socket.
// TEST_DIES_AT says which: "before 7" or "after 7" by number, "after left" by what is in it. TEST_WRITES_TO names a file that
// gets the number of them at the end. Not a port of ours: what is proved with it is the command as it is published.
import { writeFileSync } from "node:fs";
import { Socket } from "node:net";
import process from "node:process";
import { DatabaseSync, StatementSync } from "node:sqlite";

const [when = "", what = ""] = (process.env["TEST_DIES_AT"] ?? "").split(" ");
const report = process.env["TEST_WRITES_TO"];
const reads = /^\s*(select|pragma|explain)\b/i;
let writes = 0;

function die(at: string, given: readonly unknown[]): void {
  if (at !== when) return;
  const isIt = /^\d+$/.test(what) ? writes === Number(what) : given.some((one) => String(one).includes(what));
  if (isIt) process.kill(process.pid, "SIGKILL");
}

type Method = (this: unknown, ...given: unknown[]) => unknown;

function watch(prototype: object, name: string, isWrite: (self: unknown, given: unknown[]) => boolean): void {
  const methods = prototype as Record<string, Method>;
  const original = methods[name] as Method;
  methods[name] = function watched(...given) {
    if (!isWrite(this, given)) return original.apply(this, given);
    writes += 1;
    die("before", given);
    const result = original.apply(this, given);
    die("after", given);
    return result;
  };
}

watch(DatabaseSync.prototype, "exec", (_self, [sql]) => !reads.test(String(sql)));
for (const name of ["run", "get", "all"]) {
  watch(StatementSync.prototype, name, (self) => !reads.test((self as StatementSync).sourceSQL));
}
// Standard output is a socket as well where it is a pipe; what is told is no state.
const isOurs = (self: unknown): boolean => self !== process.stdout && self !== process.stderr;
for (const name of ["_write", "_writev"]) watch(Socket.prototype, name, isOurs);

if (report !== undefined) process.on("exit", () => writeFileSync(report, String(writes)));
