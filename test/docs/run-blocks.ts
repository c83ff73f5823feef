/*
 * Runs programs one after the other in one process, each a module of its own that is in no file: what the package brings
 * along is then loaded once. Reads a list of `Asked` from standard input and prints a list of `Ran`. It ends when the last
 * of what the programs opened is closed, so that one that does not let go never ends here either.
 */
import { registerHooks } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

/** One program, and where it keeps its data if it takes that from its settings. */
export interface Asked {
  readonly program: string;
  readonly data: string;
}

/** What it printed, and why it failed. */
export interface Ran {
  readonly printed: string;
  readonly failed: string | null;
}

const root = join(import.meta.dirname, "..", "..");
const asked = JSON.parse(await text(process.stdin)) as readonly Asked[];
/** In the repository the package's own name leads to its exports, as it does for who installed it. */
const urlOf = (index: number): string => pathToFileURL(join(root, `block-${index}.ts`)).href;
const programs = new Map(asked.map(({ program }, index) => [urlOf(index), program]));

registerHooks({
  resolve: (name, context, next) =>
    programs.has(name) ? { url: name, shortCircuit: true } : next(name, context),
  load(url, context, next) {
    const source = programs.get(url);
    return source === undefined
      ? next(url, context)
      : { format: "module-typescript", source, shortCircuit: true };
  },
});

const ran: Ran[] = [];
const write = process.stdout.write.bind(process.stdout);
for (const [index, { data }] of asked.entries()) {
  process.env["COUNTERSIGN_DATA"] = data;
  let printed = "";
  process.stdout.write = (chunk) => {
    printed += String(chunk);
    return true;
  };
  let failed: string | null = null;
  try {
    await import(urlOf(index));
  } catch (cause) {
    failed = inspect(cause);
  }
  process.stdout.write = write;
  ran.push({ printed, failed });
}
write(JSON.stringify(ran));
