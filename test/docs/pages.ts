import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of the repository. */
export const root: string = dirname(dirname(import.meta.dirname));

/** A page of the documentation, by its path in the repository. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** Counts the blocks of this language in the page, from 1. */
  readonly number: number;
  readonly text: string;
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(root, path), "utf8") };
}

/** Every page that speaks to readers, in a stable order. */
export function readPages(): readonly Page[] {
  const paths = [...globSync("*.md", { cwd: root }), ...globSync("docs/**/*.md", { cwd: root })];
  return paths
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map(readPage);
}

/** The fenced blocks of one language. */
export function blocksOf({ path, text }: Page, language: string): readonly Block[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...text.matchAll(fence)].map((match, index) => ({
    page: path,
    number: index + 1,
    text: match[1] ?? "",
  }));
}
