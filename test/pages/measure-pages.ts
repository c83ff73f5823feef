import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { freshNumber } from "../../bench/pairs.ts";
import { sampleOf } from "../../bench/statistics.ts";
import { callApi, codeOf, expectStatus, onPage, rateOf, type Visit, visitOf } from "./measured-server.ts";

const visitsARound = Number(process.env["VISITS"] ?? 1_900);
const rounds = Number(process.env["ROUNDS"] ?? 8);
const settleMs = 200;
const kinds = ["get", "number", "start", "bareStart", "code", "check", "bareCheck"] as const;
type Kind = (typeof kinds)[number];

interface Measured {
  readonly rates: number[];
  /** Processor time of the server, a request. */
  readonly us: number[];
}

type Phase = <T>(kind: Kind, all: readonly T[], act: (one: T) => Promise<unknown>) => Promise<void>;

/**
 * The same work through a page and through the API, in alternating rounds after one that does not count. Which of them
 * comes first changes, too: the collector tidies up in whatever comes after much that was allocated. By the API as the
 * guides have it, with a binding at the start and with number and binding at the check, since a page has them as well;
 * and with the least that the API takes.
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
    await oneRound(phase, round);
  }
  print(measured);
}

interface Called {
  readonly number: string;
  /** What only the session of this person knows; null where a caller has none. */
  readonly binding: string | null;
  id: string;
}

async function oneRound(phase: Phase, round: number): Promise<void> {
  const many = <T>(make: () => T): T[] => Array.from({ length: visitsARound }, make);
  const visits = many(() => visitOf(freshNumber()));
  const called = many((): Called => ({ number: freshNumber(), binding: randomUUID(), id: "" }));
  const bare = many((): Called => ({ number: freshNumber(), binding: null, id: "" }));
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
  const startByApi = async (kind: Kind, all: readonly Called[]): Promise<void> => {
    await phase(kind, all, async (one) => {
      const { number: to, binding } = one;
      const body = binding === null ? { to } : { to, binding };
      const answer = await callApi("/api/v1/verifications", body).then(expectStatus(201));
      one.id = (JSON.parse(answer.text) as { id: string }).id;
    });
    await readCodes(all);
  };
  await inTurn(round, [startOnPage, () => startByApi("start", called), () => startByApi("bareStart", bare)]);
  const checkOnPage = (): Promise<void> =>
    phase("code", visits, (one) =>
      onPage(one, "POST", "/two-factor/code", { code: codeFor(one.number) }).then(expectStatus(303)),
    );
  const checkByApi = (kind: Kind, all: readonly Called[]): Promise<void> =>
    phase(kind, all, ({ number: to, binding, id }) => {
      const code = codeFor(to);
      const body = binding === null ? { code } : { code, to, binding };
      return callApi(`/api/v1/verifications/${id}/check`, body).then(expectStatus(200));
    });
  await inTurn(round, [checkOnPage, () => checkByApi("check", called), () => checkByApi("bareCheck", bare)]);
  await expectDone(visits);
}

/** Each of them, another one first in each round. */
async function inTurn(round: number, all: readonly (() => Promise<void>)[]): Promise<void> {
  for (let place = 0; place < all.length; place++) await all[(place + round) % all.length]?.();
}

/** A page answers a wrong code with the same status as a right one. */
async function expectDone(visits: readonly Visit[]): Promise<void> {
  await rateOf(visits, async (visit) => {
    const { text } = await onPage(visit, "GET", "/two-factor");
    if (!text.includes("✓")) throw new Error(`${visit.number} was not verified`);
  });
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
${row("API: start, without a binding", "bareStart")}
${row("a page: the right code is sent", "code", "check")}
${row("API: check", "check")}
${row("API: check, without number and binding", "bareCheck")}
`);
}
