import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumPath } from "../support/programs.ts";

const noBrowser =
  "Chromium is missing: install it (apt-get install chromium-headless-shell) or set CHROMIUM to its path";

/** Without a browser the test is skipped and says why; where everything must run, it fails. */
export function needBrowser(context: { skip(reason: string): void }): void {
  if (existsSync(chromiumPath)) return;
  if (process.env["CI"] !== undefined) throw new Error(noBrowser);
  context.skip(noBrowser);
}

export async function openBrowser(more: readonly string[] = []): Promise<Browser> {
  return await chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
}

/** Both widths that pages are looked at: a telephone and a desk. */
export const widths = [390, 1280] as const;

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly script?: boolean;
  readonly locale?: string;
  readonly dark?: boolean;
}

type Walk = Required<Omit<Look, "height">>;

/**
 * How a long walk through pages is looked at: at both widths with scripts, without which axe cannot run, from right to
 * left by night and from left to right by day; and once without scripts.
 */
export function looksAt(toTheLeft: string, toTheRight = "de-DE"): readonly Walk[] {
  return [
    { width: widths[0], script: true, locale: toTheLeft, dark: true },
    { width: widths[1], script: true, locale: toTheRight, dark: false },
    { width: widths[0], script: false, locale: "en-US", dark: false },
  ];
}

/** A person at a browser, and all that went wrong there. */
export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Violations of the content policy, errors of scripts, and requests to other hosts. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function newPerson(browser: Browser, origin: string, look: Look = {}): Promise<Person> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 390, height: look.height ?? 844 },
    javaScriptEnabled: look.script ?? true,
    locale: look.locale ?? "en-US",
    colorScheme: look.dark === true ? "dark" : "light",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:")) complaints.push(`asked ${url}`);
  });
  return { page, context, complaints, close: () => context.close() };
}
