import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Nothing that axe can find, nothing wider than the window, no target too small for a thumb. */
export async function expectSound(page: Page): Promise<void> {
  // Through the debugger, since the page's own policy refuses scripts.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const run = (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      }
    ).axe;
    const { violations } = await run.run();
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
  });
  expect(found).toEqual([]);
  const layout = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    small: [...document.querySelectorAll("button, a, input:not([type=hidden]), select")]
      .filter((one) => one.checkVisibility())
      .map((one) => ({
        html: one.outerHTML.slice(0, 80),
        box: (one.closest("label") ?? one).getBoundingClientRect(),
      }))
      .filter(({ box }) => box.height < 44 || box.width < 44)
      .map(({ html }) => html),
  }));
  expect(layout).toEqual({ overflow: 0, small: [] });
}
