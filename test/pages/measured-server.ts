import { type ChildProcess, spawn } from "node:child_process";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { cores, onCore } from "../../bench/cores.ts";

const root = join(import.meta.dirname, "..", "..");
const key = "cs_bench-0123456789abcdefghijklmnopqrstuvwxyz-01";
/** Many, because a page answers after 20 ms at the soonest: those that wait for that give the store nothing to do. */
const connections = 512;
export const agent = new Agent({ keepAlive: true, maxSockets: connections });
export let base = "";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request of a client that keeps its connections. */
export function ask(
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

/** With the key of the server, and through the same proxy as the visits. */
export function callApi(path: string, body: unknown): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${key}`,
    "content-type": "application/json",
    "x-forwarded-for": newNetwork(),
  };
  return ask("POST", path, headers, JSON.stringify(body));
}

const formType = "application/x-www-form-urlencoded";

export interface Visit {
  readonly network: string;
  cookie: string;
  form: string;
  readonly number: string;
}

let networks = 0;

/** How many networks visits have come from. */
export function nextNetwork(): number {
  networks += 1;
  return networks;
}

/** Somebody new: each from a network of their own, since one network may start little. */
export function visitOf(number: string): Visit {
  return { network: newNetwork(), cookie: "", form: "", number };
}

function newNetwork(): string {
  nextNetwork();
  return `2001:db8:${(networks >> 16).toString(16)}:${(networks & 0xffff).toString(16)}::1`;
}

/** As a browser does, with the cookie and the seal of its forms. */
export async function onPage(
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

/**
 * Everything in `all`, as many at once as there are connections; gives how many a second were answered while none of
 * them stood idle. At the end a page's last answers are waited for, which says nothing about how many it can give.
 */
export async function rateOf<T>(all: readonly T[], act: (one: T) => Promise<unknown>): Promise<number> {
  const queue = [...all];
  const beganAt = performance.now();
  let answered = 0;
  let rate = 0;
  const work = async (): Promise<void> => {
    for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
      await act(one);
      answered += 1;
    }
    if (rate === 0) rate = (answered / (performance.now() - beganAt)) * 1_000;
  };
  await Promise.all(Array.from({ length: connections }, work));
  return rate;
}

export function expectStatus(wanted: number): (answer: Answer) => Answer {
  return (answer) => {
    if (answer.status !== wanted) throw new Error(`${answer.status}: ${answer.text.slice(0, 300)}`);
    return answer;
  };
}

export async function codeOf(number: string): Promise<string> {
  const { text } = await ask("GET", `/sandbox/api/phones/${number}/messages`);
  return /"code":"(\d{6})"/.exec(text)?.[1] ?? "";
}

/** A server on a core of its own, in a folder of it; `base` is its address. */
export async function startServer(folder: string): Promise<ChildProcess> {
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
