import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Folders that npm puts on the path of what it runs: nobody else has them there. */
const ofNpm = join("node_modules", ".bin");

/** A text with the commands in it, which stand in backticks, as they are typed here: one that is not found is no help. */
export function withCommandName(text: string): string {
  return text.replaceAll("`countersign ", () => `\`${commandName()} `);
}

/** What somebody types to start us: in a clone, and where we are a dependency, the bare name is on no path. */
export function commandName(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const folders = (environment["PATH"] ?? environment["Path"] ?? "").split(delimiter);
  const isFound = folders.some(
    (folder) =>
      folder !== "" &&
      !folder.endsWith(ofNpm) &&
      ["countersign", "countersign.cmd"].some((name) => existsSync(join(folder, name))),
  );
  return isFound ? "countersign" : "npx countersign";
}
