import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { errorTable } from "../../src/errors/codes.ts";
import { needBrowser, newPerson, openBrowser, widths } from "../pages/browser.ts";
import { axeFindings } from "../pages/sound.ts";
import { ask, type TestServer, temporaryFolder, testServer } from "../server/support.ts";
import { chromiumPath } from "../support/programs.ts";
import { overflow } from "./browser.ts";

let server: TestServer;
let browser: Browser;
let origin = "";

beforeAll(async () => {
  server = await testServer();
  origin = server.url;
  if (existsSync(chromiumPath)) browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server.remove();
});

type Schemes = readonly ("light" | "dark")[];
const schemes: Schemes = ["light", "dark"];
const oneSchema = "/api/docs/schemas/Verification";
const oneError = "/errors/recipient_locked";
const seenWhole = ["/", "/api/docs", "/api/docs/verifications", "/api/docs/schemas", oneSchema, oneError];

interface Document {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly components: { readonly schemas: object };
}

async function documentOf(): Promise<Document> {
  return JSON.parse((await ask(`${origin}/api/openapi.json`)).text);
}

async function pagesOf(): Promise<string[]> {
  const { tags, components } = await documentOf();
  return [
    "",
    "/schemas",
    ...tags.map(({ name }) => `/${name.toLowerCase()}`),
    ...Object.keys(components.schemas).map((name) => `/schemas/${name}`),
  ].map((one) => `/api/docs${one}`);
}

describe("the API reference", () => {
  test("has every operation and every schema of the document, and each page is under 60 KB", async () => {
    const texts = await Promise.all((await pagesOf()).map((path) => ask(`${origin}${path}`)));
    for (const { text } of texts) expect(Buffer.byteLength(text)).toBeLessThan(60_000);
    const all = texts.map((one) => one.text).join("\n");
    const { paths, components } = await documentOf();
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations.length).toBeGreaterThan(20);
    for (const { operationId } of operations) expect(all).toContain(`<article id="${operationId}"`);
    for (const name of Object.keys(components.schemas)) expect(all).toContain(`<article id="${name}"`);
  });

  test("W-12: its policy allows nothing inline and nothing from elsewhere", async () => {
    for (const path of await pagesOf()) {
      const { headers, text } = await ask(`${origin}${path}`);
      expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(text).not.toMatch(/<style|style="|<script(?! type="module" src=")| on\w+="/);
      expect([...text.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1]?.[0])).not.toContain("h");
    }
  });

  test("a Host header of somebody else becomes no part of the page", async () => {
    const { text } = await ask(`${origin}/api/docs/keys`, {
      headers: { host: 'x"><script>alert(1)</script>' },
    });
    expect(text).not.toContain("alert");
    expect(text).toContain("http://localhost:3000/api/v1/keys");
  });

  test("every link leads somewhere", async () => {
    const texts = await Promise.all((await pagesOf()).map((path) => ask(`${origin}${path}`)));
    const links = new Set(
      texts.flatMap(({ text }) => [...text.matchAll(/href="(\/[^"]*)"/g)].map((match) => match[1] ?? "")),
    );
    expect(links.size).toBeGreaterThan(60);
    const anchors = new Map<string, string>();
    for (const link of links) {
      const [path = "", anchor] = link.split("#");
      if (!anchors.has(path)) {
        const { status, text } = await ask(`${origin}${path}`);
        expect([path, status]).toEqual([path, 200]);
        anchors.set(path, text);
      }
      if (anchor !== undefined) expect(anchors.get(path), link).toContain(`id="${anchor}"`);
    }
  });

  test("a page that is not there is a problem", async () => {
    expect((await ask(`${origin}/api/docs/nothing`)).status).toBe(404);
  });
});

/** In the browser: shows what is in the body of an HTML page, or leaves what is there, and names the page's styles. */
function stylesOf(html: string | null): string[] {
  const shown = html === null ? document : new DOMParser().parseFromString(html, "text/html");
  const styles = [...shown.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")].map(
    (link) => link.getAttribute("href") ?? "",
  );
  if (shown !== document) document.body = document.adoptNode(shown.body);
  return styles;
}

describe("in a browser", () => {
  beforeEach(needBrowser);

  /** One page of each form is seen by axe in all ways; of the chapters, which share a template, each in one in turn. */
  function waysOf(path: string, index: number): readonly { readonly width: number; readonly axe: Schemes }[] {
    if (seenWhole.includes(path)) return widths.map((width) => ({ width, axe: schemes }));
    const axe: Schemes = index % 4 < 2 ? ["light"] : ["dark"];
    return widths.map((width, place) => ({ width, axe: index % 2 === place ? axe : [] }));
  }

  test("nothing is too wide or hard to read on any page, at 390 and at 1280 pixels, by day and by night", {
    timeout: 240_000,
  }, async () => {
    const { page, complaints, close } = await newPerson(browser, origin);
    const chapters = (await pagesOf()).filter((path) => !path.includes("/schemas/"));
    for (const [index, path] of ["/", ...chapters, oneSchema, oneError].entries()) {
      await page.goto(`${origin}${path}`);
      for (const { width, axe } of waysOf(path, index)) {
        await page.setViewportSize({ width, height: 844 });
        expect([path, width, await overflow(page)]).toEqual([path, width, 0]);
        for (const colorScheme of axe) {
          await page.emulateMedia({ colorScheme });
          const found = await axeFindings(page, colorScheme === axe[0] ? "all" : "colours");
          expect([path, width, colorScheme, found]).toEqual([path, width, colorScheme, []]);
        }
      }
    }
    expect(complaints).toEqual([]);
    await close();
  });

  test("no word of any schema or error is too wide for a phone", async () => {
    const { page, close } = await newPerson(browser, origin, { width: widths[0] });
    const errors = Object.keys(errorTable).map((code) => `/errors/${code}`);
    const schemas = (await pagesOf()).filter((path) => path.includes("/schemas/"));
    for (const paths of [schemas, errors]) {
      await page.goto(`${origin}${paths[0]}`);
      const styles = await page.evaluate(stylesOf, null);
      for (const path of paths) {
        // To load a page takes twenty times as long as to put its words into one of the same styles.
        const { text } = await ask(`${origin}${path}`, { headers: { accept: "text/html" } });
        expect([path, await page.evaluate(stylesOf, text)]).toEqual([path, styles]);
        expect([path, await overflow(page)]).toEqual([path, 0]);
      }
    }
    await close();
  });

  test("without JavaScript all of it can be read, and nothing is offered that would not work", async () => {
    const { page, complaints, close } = await newPerson(browser, origin, { script: false });
    await page.goto(`${origin}/api/docs`);
    await page.getByRole("link", { name: "Numbers", exact: true }).first().click();
    await page.getByRole("heading", { name: "Numbers" }).waitFor();
    await page.getByText("Python").first().click();
    await page.getByText("import urllib.request").first().waitFor();
    expect(await page.getByText("Try it").first().isVisible()).toBe(false);
    expect(await page.getByRole("button", { name: "Copy" }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a call can be tried with a key that is kept nowhere", async () => {
    const { page, context, complaints, close } = await newPerson(browser, origin, { width: 1280 });
    await page.goto(`${origin}/api/docs/numbers`);
    const operation = page.locator("#getNumber");
    await operation.getByText("Try it").click();
    await operation.getByLabel("number").fill("+1 415 555 0123");
    await operation.getByRole("button", { name: "Send" }).click();
    await operation.getByText("401").last().waitFor();
    expect(await operation.getByRole("link", { name: "What unauthorized means" }).getAttribute("href")).toBe(
      `${origin}/errors/unauthorized`,
    );
    await page.getByLabel("API key").fill(server.key);
    await operation.getByRole("button", { name: "Send" }).click();
    await operation.getByText('"regionName"').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    const kept = await page.evaluate(
      "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])",
    );
    expect(kept).toBe('[{},{},""]');
    expect(await context.cookies()).toEqual([]);
    expect(page.url()).not.toContain(server.key);
    await page.reload();
    expect(await page.getByLabel("API key").inputValue()).toBe("");
    // A browser notes every 401 in its console.
    expect(complaints.filter((one) => !one.includes("401"))).toEqual([]);
    await close();
  });
});

interface Run {
  readonly code: number | null;
  readonly printed: string;
  readonly complained: string;
}

/** Runs a command to its end. */
function run(command: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, COUNTERSIGN_API_KEY: server.key } });
    let printed = "";
    let complained = "";
    child.stdout.on("data", (chunk) => {
      printed += String(chunk);
    });
    child.stderr.on("data", (chunk) => {
      complained += String(chunk);
    });
    child.on("error", (cause) => resolve({ code: null, printed, complained: cause.message }));
    child.on("close", (code) => resolve({ code, printed, complained }));
  });
}

describe("the examples work as they stand", () => {
  const languages = [
    ["curl", ["sh"], "example.sh"],
    ["TypeScript", [join(import.meta.dirname, "..", "..", "node_modules", ".bin", "node")], "example.mts"],
    ["Python", ["python3"], "example.py"],
  ] as const;
  for (const [index, [language, [program], file]] of languages.entries()) {
    for (const [chapter, id, expected] of [
      ["verifications", "startVerification", /pending/],
      ["numbers", "getNumber", /United States/],
      ["keys", "createKey", /cs_[\w-]+/],
      ["numbers", "unlockNumber", /204|^$/],
    ] as const) {
      test(`${id} in ${language}`, async (context) => {
        // curl with --json is newer than some systems.
        const probe = language === "curl" ? ["curl", "--help", "all"] : [program, "--version"];
        const { code, printed } = await run(probe[0] ?? "", probe.slice(1));
        if (code !== 0 || (language === "curl" && !printed.includes("--json"))) {
          return context.skip(`needs ${language}`);
        }
        const { text: page } = await ask(`${origin}/api/docs/${chapter}`, {
          headers: { host: new URL(origin).host },
        });
        const article = page.slice(page.indexOf(`<article id="${id}"`));
        const [, example = ""] = [...article.matchAll(/<pre><code>(.*?)<\/code>/gs)][index] ?? [];
        const path = join(temporaryFolder(), file);
        // Each language starts a verification of its own number: one recipient has to wait.
        writeFileSync(path, unescaped(example).replace("+14155550123", `+1415555049${index}`));
        const result = await run(program, [path]);
        expect(result.code, result.complained).toBe(0);
        expect(result.printed).toMatch(expected);
      });
    }
  }
});

function unescaped(text: string): string {
  const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return text
    .replace(/&#(x?)([0-9a-f]+);/gi, (_whole, hex, number) =>
      String.fromCodePoint(Number.parseInt(number, hex === "" ? 10 : 16)),
    )
    .replace(/&(amp|lt|gt|quot);/g, (_whole, name) => characters[name] ?? "");
}
