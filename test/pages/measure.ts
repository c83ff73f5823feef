// What people and embedders meet: npm run measure -- [pages] [enumeration] [paint] [library]
// The rate of the pages beside the API's, the time of a start for numbers that get something and nothing (W-8), the
// first paint on a slow line, and pairs in process without HTTP. Prints Markdown for docs/performance.md.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { chromium } from "playwright-core";
import { cores, onCore, pinLoad } from "../../bench/cores.ts";
import { freshNumber } from "../../bench/pairs.ts";
import { sampleOf } from "../../bench/statistics.ts";
import { createCountersign } from "../../src/index.ts";

const root = join(import.meta.dirname, "..", "..");
const key = "cs_bench-0123456789abcdefghijklmnopqrstuvwxyz-01";
const connections = 64;
const visitsARound = Number(process.env["VISITS"] ?? 400);
const rounds = 5;
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const folder = mkdtempSync(join(tmpdir(), "countersign-people-"));
let base = "";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(base + path, { method, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const api = { authorization: `Bearer ${key}`, "content-type": "application/json" };
const formType = "application/x-www-form-urlencoded";

interface Visit {
  readonly network: string;
  cookie: string;
  form: string;
  readonly number: string;
}

let networks = 0;

/** Somebody new: each from a network of their own, since one network may start little. */
function visitOf(number: string): Visit {
  networks += 1;
  const network = `2001:db8:${(networks >> 16).toString(16)}:${(networks & 0xffff).toString(16)}::1`;
  return { network, cookie: "", form: "", number };
}

async function onPage(
  visit: Visit,
  method: string,
  path: string,
  fields?: Record<string, string>,
): Promise<Answer> {
  const headers: Record<string, string> = { "x-forwarded-for": visit.network, cookie: visit.cookie };
  if (fields !== undefined)
    Object.assign(headers, { "content-type": formType, "sec-fetch-site": "same-origin" });
  const body =
    fields === undefined ? undefined : new URLSearchParams({ form: visit.form, ...fields }).toString();
  const answer = await ask(method, path, headers, body);
  visit.cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? visit.cookie;
  visit.form = /name="form" value="([^"]+)"/.exec(answer.text)?.[1] ?? visit.form;
  return answer;
}

/** Everything in `all`, as many at once as there are connections; gives how many a second. */
async function rateOf<T>(all: readonly T[], act: (one: T) => Promise<unknown>): Promise<number> {
  const queue = [...all];
  const beganAt = performance.now();
  const work = async (): Promise<void> => {
    for (let one = queue.pop(); one !== undefined; one = queue.pop()) await act(one);
  };
  await Promise.all(Array.from({ length: connections }, work));
  return (all.length / (performance.now() - beganAt)) * 1_000;
}

function expectStatus(wanted: number): (answer: Answer) => Answer {
  return (answer) => {
    if (answer.status !== wanted) throw new Error(`${answer.status}: ${answer.text.slice(0, 300)}`);
    return answer;
  };
}

async function codeOf(number: string): Promise<string> {
  const { text } = await ask("GET", `/sandbox/api/phones/${number}/messages`);
  return /"code":"(\d{6})"/.exec(text)?.[1] ?? "";
}

/** The same work through a page and through the API, in alternating rounds after one that does not count. */
async function pages(): Promise<void> {
  const measured = { get: [], number: [], start: [], code: [], check: [] } as Record<string, number[]>;
  for (let round = 0; round <= rounds; round++) {
    const visits = Array.from({ length: visitsARound }, () => visitOf(freshNumber()));
    const numbers = Array.from({ length: visitsARound }, () => ({ number: freshNumber(), id: "" }));
    const get = await rateOf(visits, (one) => onPage(one, "GET", "/two-factor").then(expectStatus(200)));
    const number = await rateOf(visits, (one) =>
      onPage(one, "POST", "/two-factor/number", {
        country: "",
        number: one.number,
        challenge: "",
        answer: "",
      }).then(expectStatus(303)),
    );
    const start = await rateOf(numbers, async (one) => {
      const body = JSON.stringify({ to: one.number });
      const answer = await ask("POST", "/api/v1/verifications", api, body).then(expectStatus(201));
      one.id = (JSON.parse(answer.text) as { id: string }).id;
    });
    const codes = new Map<string, string>();
    await rateOf([...visits, ...numbers], async (one) => codes.set(one.number, await codeOf(one.number)));
    const code = await rateOf(visits, (one) =>
      onPage(one, "POST", "/two-factor/code", { code: codes.get(one.number) ?? "" }).then(expectStatus(303)),
    );
    const check = await rateOf(numbers, (one) =>
      ask(
        "POST",
        `/api/v1/verifications/${one.id}/check`,
        api,
        JSON.stringify({ code: codes.get(one.number) }),
      ).then(expectStatus(200)),
    );
    if (round === 0) continue;
    for (const [name, value] of Object.entries({ get, number, start, code, check }))
      measured[name]?.push(value);
  }
  const of = (name: string): number => sampleOf(measured[name] ?? []).median;
  const row = (what: string, name: string, beside?: string): string => {
    const { median, min, max } = sampleOf(measured[name] ?? []);
    const share = beside === undefined ? "-" : `${((median / of(beside)) * 100).toFixed(0)} %`;
    return `| ${what} | ${median.toFixed(0)} | ${min.toFixed(0)} to ${max.toFixed(0)} | ${share} |`;
  };
  console.log(`| request | a second | min to max | of the API's |
|---|--:|--:|--:|
${row("a page: GET", "get")}
${row("a page: the number is sent", "number", "start")}
${row("API: start", "start")}
${row("a page: the right code is sent", "code", "check")}
${row("API: check", "check")}
`);
}

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
    networks += 1;
    await context.setExtraHTTPHeaders({ "x-forwarded-for": `198.51.100.${networks % 250}` });
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

/** Start, wait for the message, check: without HTTP, in the process that asks. */
async function library(): Promise<void> {
  const rates: number[] = [];
  const countersign = await createCountersign({ data: join(folder, "library"), brand: "Bench" });
  const arrived = new Map<string, () => void>();
  countersign.on("delivery", ({ verificationId, delivery }) => {
    if (delivery.state === "accepted" || delivery.state === "delivered") arrived.get(verificationId)?.();
  });
  async function pair(): Promise<void> {
    const to = freshNumber();
    const started = await countersign.start({ to });
    if (started.outcome !== "started") throw new Error(started.outcome);
    const { id } = started.verification;
    let code = countersign.phones?.messages(to)[0]?.code;
    if (code === undefined) {
      await new Promise<void>((resolve) => arrived.set(id, resolve));
      arrived.delete(id);
      code = countersign.phones?.messages(to)[0]?.code;
    }
    const { outcome } = await countersign.check({ id, to, code: code ?? "" });
    if (outcome !== "approved") throw new Error(outcome);
  }
  for (let round = -2; round < rounds; round++) {
    const until = performance.now() + 3_000;
    const beganAt = performance.now();
    let pairs = 0;
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        while (performance.now() < until) {
          await pair();
          pairs += 1;
        }
      }),
    );
    if (round >= 0) rates.push((pairs / (performance.now() - beganAt)) * 1_000);
  }
  await countersign.close();
  const { median, min, max } = sampleOf(rates);
  console.log(
    `In process, 64 at once: ${median.toFixed(0)} pairs a second (${min.toFixed(0)} to ${max.toFixed(0)}), caller and library on one core\n`,
  );
}

async function startServer(): Promise<ChildProcess> {
  const bin = join(root, "bin", "countersign.js");
  const [command, args] = onCore(cores.server, [process.execPath, bin, "serve", "--port", "0"]);
  const env = {
    PATH: process.env["PATH"],
    COUNTERSIGN_DATA: join(folder, "server"),
    COUNTERSIGN_API_KEY: key,
    TRUSTED_PROXIES: "127.0.0.1,::1",
    COUNTERSIGN_KEY_REQUESTS_PER_SECOND: "0",
    COUNTERSIGN_ADDRESS_REQUESTS_PER_SECOND: "0",
  };
  const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      base = /http:\/\/localhost:\d+/.exec(said)?.[0] ?? "";
      if (base !== "") resolve();
    });
  });
  return child;
}

const parts = { pages, enumeration, paint, library };
const wanted = process.argv.slice(2).length === 0 ? Object.keys(parts) : process.argv.slice(2);
const commit = execFileSync("git", ["describe", "--always", "--dirty"], {
  cwd: root,
  encoding: "utf8",
}).trim();
console.log(`${new Date().toISOString().slice(0, 16)}, version ${commit}, Node ${process.version}\n`);
pinLoad();
const server = await startServer();
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
