import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { freshNumber } from "../../bench/pairs.ts";
import { sampleOf } from "../../bench/statistics.ts";
import { callApi, codeOf, expectStatus, onPage, rateOf, type Visit, visitOf } from "./measured-server.ts";

const visitsARound = Number(process.env["VISITS"] ?? 1_500);
const rounds = Number(process.env["ROUNDS"] ?? 6);
const settleMs = 200;
const kinds = ["get", "number", "start", "code", "check"] as const;
type Kind = (typeof kinds)[number];

interface Measured {
  readonly rates: number[];
  /** Processor time of the server, a request. */
  readonly us: number[];
}

type Phase = <T>(kind: Kind, all: readonly T[], act: (one: T) => Promise<unknown>) => Promise<void>;

/**
 * The same work through a page and through the API, in alternating rounds after one that does not count. Which of the
 * two comes first alternates, too: the collector tidies up in whatever comes after much that was allocated.
 */
export async function pages(server: ChildProcess): Promise<void> {
  const measured = new Map<Kind, Measured>(kinds.map((kind) => [kind, { rates: [], us: [] }]));
  for (let round = 0; round <= rounds; round++) {
    const phase: Phase = async (kind, all, act) => {
      const before = processorUs(server);
      const rate = await rateOf(all, act);
      // The messages of what was started last are part of what it costs.
      await sleep(settleMs);
      if (round === 0) return;
      measured.get(kind)?.rates.push(rate);
      measured.get(kind)?.us.push((processorUs(server) - before) / all.length);
    };
    await oneRound(phase, round % 2 === 0);
  }
  print(measured);
}

async function oneRound(phase: Phase, isPageFirst: boolean): Promise<void> {
  const visits = Array.from({ length: visitsARound }, () => visitOf(freshNumber()));
  const numbers = Array.from({ length: visitsARound }, () => ({ number: freshNumber(), id: "" }));
  const codes = new Map<string, string>();
  // At once: the phones remember the last 2,000 that something was sent to.
  const readCodes = async (all: readonly { readonly number: string }[]): Promise<void> => {
    await rateOf(all, async ({ number }) => codes.set(number, await codeOf(number)));
  };
  const codeFor = (number: string): string => {
    const code = codes.get(number) ?? "";
    if (code === "") throw new Error(`no code arrived on ${number}`);
    return code;
  };
  await phase("get", visits, (one) => onPage(one, "GET", "/two-factor").then(expectStatus(200)));
  const startOnPage = async (): Promise<void> => {
    await phase("number", visits, (one) => {
      const fields = { country: "", number: one.number, challenge: "", answer: "" };
      return onPage(one, "POST", "/two-factor/number", fields).then(expectStatus(303));
    });
    await readCodes(visits);
  };
  const startByApi = async (): Promise<void> => {
    await phase("start", numbers, async (one) => {
      const answer = await callApi("/api/v1/verifications", { to: one.number }).then(expectStatus(201));
      one.id = (JSON.parse(answer.text) as { id: string }).id;
    });
    await readCodes(numbers);
  };
  await inOrder(isPageFirst, startOnPage, startByApi);
  const checkOnPage = (): Promise<void> =>
    phase("code", visits, (one) =>
      onPage(one, "POST", "/two-factor/code", { code: codeFor(one.number) }).then(expectStatus(303)),
    );
  const checkByApi = (): Promise<void> =>
    phase("check", numbers, (one) => {
      const path = `/api/v1/verifications/${one.id}/check`;
      return callApi(path, { code: codeFor(one.number) }).then(expectStatus(200));
    });
  await inOrder(isPageFirst, checkOnPage, checkByApi);
  await expectDone(visits);
}

async function inOrder(
  isFirstFirst: boolean,
  first: () => Promise<void>,
  second: () => Promise<void>,
): Promise<void> {
  await (isFirstFirst ? first : second)();
  await (isFirstFirst ? second : first)();
}

/** A page answers a wrong code with the same status as a right one. */
async function expectDone(visits: readonly Visit[]): Promise<void> {
  for (const visit of visits.slice(0, 10)) {
    const { text } = await onPage(visit, "GET", "/two-factor");
    if (!text.includes("✓")) throw new Error(`${visit.number} was not verified`);
  }
}

/** Of all its threads; a whole process is only told in steps of 10 ms. */
function processorUs({ pid }: ChildProcess): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ns = threads.map((thread) => Number(spentBy(`/proc/${pid}/task/${thread}/schedstat`)));
  return ns.reduce((sum, one) => sum + one, 0) / 1_000;
}

function spentBy(path: string): string | undefined {
  return readFileSync(path, "utf8").split(" ")[0];
}

function print(measured: ReadonlyMap<Kind, Measured>): void {
  const of = (kind: Kind): { rate: number; us: number; min: number; max: number } => {
    const { rates = [], us = [] } = measured.get(kind) ?? {};
    const { median, min, max } = sampleOf(rates);
    return { rate: median, min, max, us: sampleOf(us).median };
  };
  const row = (what: string, kind: Kind, beside?: Kind): string => {
    const { rate, min, max, us } = of(kind);
    const share = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;
    const shares =
      beside === undefined ? "- | -" : `${share(rate / of(beside).rate)} | ${share(of(beside).us / us)}`;
    const range = `${min.toFixed(0)} to ${max.toFixed(0)}`;
    return `| ${what} | ${rate.toFixed(0)} | ${range} | ${us.toFixed(0)} us | ${shares} |`;
  };
  console.log(`| request | a second | min to max | processor | of the API's | by processor |
|---|--:|--:|--:|--:|--:|
${row("a page: GET", "get")}
${row("a page: the number is sent", "number", "start")}
${row("API: start", "start")}
${row("a page: the right code is sent", "code", "check")}
${row("API: check", "check")}
`);
}
