import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Less than half of what `axe.source` is, which a page takes longer to read than to be looked at. */
const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** What axe finds wrong with the page as it is now; or with its colours alone, where only they have changed. */
export async function axeFindings(page: Page, rules: "all" | "colours" = "all"): Promise<string[]> {
  // Not as a script of the page: its policy would refuse that.
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(axe);
  const only = rules === "all" ? "" : ", runOnly: ['cat.color']";
  const { violations } = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations']${only} })`,
  )) as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((one) => one.html).join(" | ")}`);
}

/** Nothing that axe can find, nothing wider than the window or its box, no target too small for a thumb. */
export async function expectSound(page: Page): Promise<void> {
  expect(await axeFindings(page)).toEqual([]);
  const layout = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    cut: [...document.querySelectorAll(".scroll")]
      .filter((one) => one.scrollWidth > one.clientWidth)
      .map((one) => one.getAttribute("aria-label")),
    small: [...document.querySelectorAll("button, a, input:not([type=hidden]), select")]
      .filter((one) => one.checkVisibility())
      .map((one) => ({
        html: one.outerHTML.slice(0, 80),
        box: (one.closest("label") ?? one).getBoundingClientRect(),
      }))
      .filter(({ box }) => box.height < 44 || box.width < 44)
      .map(({ html }) => html),
  }));
  expect(layout).toEqual({ overflow: 0, cut: [], small: [] });
}
