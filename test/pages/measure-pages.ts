import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { freshNumber } from "../../bench/pairs.ts";
import { sampleOf } from "../../bench/statistics.ts";
import { callApi, codeOf, expectStatus, onPage, rateOf, visitOf } from "./measured-server.ts";

const visitsARound = Number(process.env["VISITS"] ?? 1_500);
const rounds = 5;
const settleMs = 200;
const kinds = ["get", "number", "start", "code", "check"] as const;
type Kind = (typeof kinds)[number];

interface Measured {
  readonly rates: number[];
  /** Processor time of the server, a request. */
  readonly us: number[];
}

type Phase = <T>(kind: Kind, all: readonly T[], act: (one: T) => Promise<unknown>) => Promise<void>;

/** The same work through a page and through the API, in alternating rounds after one that does not count. */
export async function pages(server: ChildProcess): Promise<void> {
  const measured = new Map<Kind, Measured>(kinds.map((kind) => [kind, { rates: [], us: [] }]));
  for (let round = 0; round <= rounds; round++) {
    await oneRound(async (kind, all, act) => {
      const before = processorUs(server);
      const rate = await rateOf(all, act);
      // The messages of what was started last are part of what it costs.
      await sleep(settleMs);
      if (round === 0) return;
      measured.get(kind)?.rates.push(rate);
      measured.get(kind)?.us.push((processorUs(server) - before) / all.length);
    });
  }
  print(measured);
}

async function oneRound(phase: Phase): Promise<void> {
  const visits = Array.from({ length: visitsARound }, () => visitOf(freshNumber()));
  const numbers = Array.from({ length: visitsARound }, () => ({ number: freshNumber(), id: "" }));
  await phase("get", visits, (one) => onPage(one, "GET", "/two-factor").then(expectStatus(200)));
  await phase("number", visits, (one) => {
    const fields = { country: "", number: one.number, challenge: "", answer: "" };
    return onPage(one, "POST", "/two-factor/number", fields).then(expectStatus(303));
  });
  await phase("start", numbers, async (one) => {
    const answer = await callApi("/api/v1/verifications", { to: one.number }).then(expectStatus(201));
    one.id = (JSON.parse(answer.text) as { id: string }).id;
  });
  const codes = new Map<string, string>();
  await rateOf([...visits, ...numbers], async (one) => codes.set(one.number, await codeOf(one.number)));
  const codeFor = (number: string): string => codes.get(number) ?? "";
  await phase("code", visits, (one) =>
    onPage(one, "POST", "/two-factor/code", { code: codeFor(one.number) }).then(expectStatus(303)),
  );
  await phase("check", numbers, (one) =>
    callApi(`/api/v1/verifications/${one.id}/check`, { code: codeFor(one.number) }).then(expectStatus(200)),
  );
}

/** In steps of 10 ms, which is what the kernel tells. */
function processorUs(server: ChildProcess): number {
  const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
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
