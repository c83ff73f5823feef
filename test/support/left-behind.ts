import { readdirSync } from "node:fs";
import { dirname } from "node:path";

const repository = dirname(dirname(import.meta.dirname));

/**
 * Fails a run after which the repository has a folder that it did not have: an installation without a folder of its own
 * makes one where it was started, and the next would find what it left.
 */
export function setup(_project?: unknown, root: string = repository): () => void {
  const before = foldersOf(root);
  return () => {
    const left = foldersOf(root).filter((folder) => !before.includes(folder));
    if (left.length === 0) return;
    throw new Error(
      `a test left ${left.join(", ")} in ${root}: give what it starts a folder of its own (COUNTERSIGN_DATA, data, cwd)`,
    );
  };
}

function foldersOf(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
