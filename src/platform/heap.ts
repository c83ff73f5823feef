import process from "node:process";
import { setFlagsFromString } from "node:v8";

const flag = "--heap-growing-percent";

/**
 * Lets V8's old generation at most double between two collections. Left alone it grows to four times what lives, and a
 * server keeps the garbage of hours. For a process of our own that has loaded what it needs: as a flag of the command line
 * the same collects a heap of a few megabytes dozens of times while modules load, which takes longer than loading them.
 * A limit of its own on the command line of Node stays.
 */
export function limitHeapGrowth(): void {
  if (!process.execArgv.some((option) => option.startsWith(flag))) setFlagsFromString(`${flag}=100`);
}
