import type { Page } from "playwright-core";

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
