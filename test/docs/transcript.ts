import { type Block, blocksOf, type Page } from "./pages.ts";

/** One command of a transcript, and what the page says it prints. */
export interface TranscriptStep {
  readonly command: string;
  readonly printed: unknown;
}

/** The commands of all `console` blocks of a page, in order. */
export function transcriptOf(page: Page): readonly TranscriptStep[] {
  return blocksOf(page, "console").flatMap(stepsOf);
}

function stepsOf({ page, text }: Block): TranscriptStep[] {
  const [before, ...commands] = text.split(/^\$ /m);
  if (before !== "") throw new Error(`${page}: a transcript begins with a command`);
  return commands.map((one) => {
    const [command = "", ...lines] = one.trimEnd().split("\n");
    return { command, printed: JSON.parse(withoutEllipsis(lines.join("\n"))) as unknown };
  });
}

/** `, ...}` stands for fields that the page leaves out. */
function withoutEllipsis(text: string): string {
  return text.replaceAll(/, \.\.\.(?=\s*[}\]])/g, "");
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const code = /^[0-9]{6}$/;
const link = /^http:\/\/localhost:[0-9]+\/two-factor\?link=[\w.-]+$/;
const instant = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$/;

/** What is different in each run, by what stands for it in the page: ids, codes, links and instants. */
export class Stand {
  readonly #real = new Map<string, string>();

  /** The page's words as they are in this run. */
  in(text: string): string {
    let replaced = text;
    for (const [written, real] of this.#real) replaced = replaced.replaceAll(written, real);
    return replaced;
  }

  /** Takes over ids and codes from where page and answer have one in the same place. */
  learn(written: unknown, real: unknown): void {
    if (typeof written === "string" && typeof real === "string") {
      const isSameKind = [uuid, code, link, instant].some((kind) => kind.test(written) && kind.test(real));
      if (isSameKind) this.#real.set(written, real);
      return;
    }
    if (typeof written !== "object" || written === null || typeof real !== "object" || real === null) return;
    for (const [name, value] of Object.entries(written)) {
      this.learn(value, (real as Record<string, unknown>)[name]);
    }
  }

  /** What the page shows of the answer: the same places, with this run's ids and codes. */
  expected(written: unknown): unknown {
    return JSON.parse(this.in(JSON.stringify(written))) as unknown;
  }
}
