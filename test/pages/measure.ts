// What people and embedders meet: npm run measure -- [pages] [enumeration] [paint] [library]
// The rate of the pages beside the API's, the time of a start for numbers that get something and nothing (W-8), the
// first paint on a slow line, and pairs in process without HTTP. Prints Markdown for docs/performance.md.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { chromium } from "playwright-core";
import { pinLoad } from "../../bench/cores.ts";
import { freshNumber } from "../../bench/pairs.ts";
import { sampleOf } from "../../bench/statistics.ts";
import { library } from "./measure-library.ts";
import { pages } from "./measure-pages.ts";
import { agent, base, expectStatus, nextNetwork, onPage, startServer, visitOf } from "./measured-server.ts";

const root = join(import.meta.dirname, "..", "..");
const rounds = 5;
const folder = mkdtempSync(join(tmpdir(), "countersign-people-"));

/** How far the times of two kinds lie apart, by ranks: 0 for not at all, 0.5 for one always before the other. */
function effectOf(one: readonly number[], other: readonly number[]): number {
  let below = 0;
  for (const a of one) for (const b of other) below += a < b ? 1 : a === b ? 0.5 : 0;
  return below / (one.length * other.length) - 0.5;
}

async function enumeration(): Promise<void> {
  const times: Record<"sent" | "blocked", number[]> = { sent: [], blocked: [] };
  const samples = 500;
  for (let index = -50; index < samples; index++) {
    const kinds = index % 2 === 0 ? (["sent", "blocked"] as const) : (["blocked", "sent"] as const);
    for (const kind of kinds) {
      const number = kind === "sent" ? freshNumber() : `+1900${String(5_000_000 + index + 50)}`;
      const visit = visitOf(number);
      await onPage(visit, "GET", "/two-factor");
      const beganAt = performance.now();
      await onPage(visit, "POST", "/two-factor/number", {
        country: "",
        number,
        challenge: "",
        answer: "",
      }).then(expectStatus(303));
      if (index >= 0) times[kind].push(performance.now() - beganAt);
    }
  }
  const { sent, blocked } = times;
  const middle = (all: readonly number[]): string => sampleOf(all).median.toFixed(3);
  const effect = effectOf(sent, blocked);
  // Under the hypothesis of no difference, by the normal approximation.
  const deviation = Math.sqrt((2 * samples + 1) / (12 * samples * samples));
  console.log(
    `W-8, 2 x ${samples} starts on the page: median ${middle(sent)} ms for a number that gets a message, ${middle(blocked)} ms for one that never does; Mann-Whitney effect ${effect.toFixed(3)}, z ${(effect / deviation).toFixed(2)}\n`,
  );
}

const slow = { offline: false, latency: 400, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 };

async function paint(): Promise<void> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const seen: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "en-US" });
    await context.setExtraHTTPHeaders({ "x-forwarded-for": `198.51.100.${nextNetwork() % 250}` });
    const page = await context.newPage();
    const debug = await context.newCDPSession(page);
    await debug.send("Network.enable");
    await debug.send("Network.emulateNetworkConditions", slow);
    const note = async (name: string): Promise<void> => {
      const first = await page.waitForFunction(
        () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      );
      seen[name] = [...(seen[name] ?? []), Number(await first.jsonValue())];
    };
    await page.goto(`${base}/two-factor`);
    await note("the page for the number, nothing cached");
    await page.fill("#number", freshNumber());
    await page.click("button.wide");
    await page.waitForSelector("#code");
    await note("the page for the code, after it");
    await debug.send("Network.clearBrowserCache");
    await page.reload();
    await note("the page for the code, nothing cached");
    await context.close();
  }
  await browser.close();
  console.log("| first paint at 400 kbit/s and 400 ms | median | min to max |\n|---|--:|--:|");
  for (const [name, all] of Object.entries(seen)) {
    const { median, min, max } = sampleOf(all);
    console.log(`| ${name} | ${median.toFixed(0)} ms | ${min.toFixed(0)} to ${max.toFixed(0)} ms |`);
  }
  console.log("");
}

const parts = { pages: () => pages(server), enumeration, paint, library: () => library(folder) };
const asked = process.argv.slice(2);
const wanted = asked.length === 0 ? Object.keys(parts) : asked;
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  const isHelp = unknown.includes("--help") || unknown.includes("-h");
  if (!isHelp) console.error(`there is no part ${unknown.join(", ")}`);
  console.log(
    `Usage: npm run measure [-- part ...]; parts, all by default: ${Object.keys(parts).join(", ")}`,
  );
  process.exit(isHelp ? 0 : 2);
}
const commit = execFileSync("git", ["describe", "--always", "--dirty"], {
  cwd: root,
  encoding: "utf8",
}).trim();
console.log(`${new Date().toISOString().slice(0, 16)}, version ${commit}, Node ${process.version}\n`);
pinLoad();
const server = await startServer(folder);
try {
  for (const name of wanted) await parts[name as keyof typeof parts]();
} finally {
  agent.destroy();
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
