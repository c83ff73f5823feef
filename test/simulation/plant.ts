import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findMutant } from "./mutants.ts";

const source = join(import.meta.dirname, "..", "..", "src");

/** What became of a planted bug. */
export interface Planted {
  /** Throws unless each of its edits was made in exactly one place: a mutant must not silently do nothing. */
  assertApplied(): void;
}

/** Plants a bug into the product's source as it is loaded; no file is touched. Call it before the engine is imported. */
export function plant(name: string): Planted {
  const mutant = findMutant(name);
  if ("store" in mutant) return { assertApplied: () => undefined };
  const made = mutant.edits.map(() => 0);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.startsWith("file:") || !fileURLToPath(url).startsWith(join(source, mutant.within)))
        return loaded;
      let text = String(loaded.source);
      for (const [index, [find, replace]] of mutant.edits.entries()) {
        const parts = text.split(find);
        made[index] = (made[index] ?? 0) + parts.length - 1;
        text = parts.join(replace);
      }
      return { ...loaded, source: text };
    },
  });
  return {
    assertApplied() {
      for (const [index, [find]] of mutant.edits.entries()) {
        if (made[index] === 1) continue;
        throw new RangeError(
          `mutant ${name}: src/${mutant.within} has ${made[index]} places like ${find}, not one`,
        );
      }
    },
  };
}
