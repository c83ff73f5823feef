import axe from "axe-core";
import type { Page } from "playwright-core";

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** What axe finds wrong with the page as it is now; or with its colours alone, where only they have changed. */
export async function axeFindings(page: Page, rules: "all" | "colours" = "all"): Promise<string[]> {
  // Not as a script of the page: its policy would refuse that.
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(axe.source);
  const only = rules === "all" ? "" : ", runOnly: ['cat.color']";
  const { violations } = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations']${only} })`,
  )) as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((one) => one.html).join(" | ")}`);
}

/**
 * By how many pixels the page is wider than the window, or what is in a part of it wider than a part that cuts it off.
 * What is cut off on purpose says so: by an ellipsis, or by being for readers only.
 */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const beyond = [...document.querySelectorAll("body, body *")]
      .filter((one) => {
        const { overflowX, textOverflow, clipPath } = getComputedStyle(one);
        return ["hidden", "clip"].includes(overflowX) && textOverflow === "clip" && clipPath === "none";
      })
      .map((one) => one.scrollWidth - one.clientWidth);
    return Math.max(document.documentElement.scrollWidth - innerWidth, ...beyond);
  });
}

/** What a thumb would miss: buttons and fields below the 44 px that a finger needs. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const targets = [
      ...document.querySelectorAll("button, summary, label:has(input), input:not(label input)"),
    ];
    const isSmall = (one: Element): boolean => {
      const { height, width } = one.getBoundingClientRect();
      return height > 1 && (height < 43.5 || width < 43.5);
    };
    return targets
      .filter((one) => (one as HTMLElement).checkVisibility() && isSmall(one))
      .map((one) => one.outerHTML);
  });
}
