import { openConnection, postHead } from "../connection.ts";
import { personName } from "../people.ts";
import { benchKey, benchPassword, type PeopleSetup } from "../protocol.ts";
import { type Subject, startSubject } from "../subject.ts";
import { type Bench, countersignOn, type Goal, ms, type Section, storeTitles, whole } from "./case.ts";
import {
  compete,
  type Entry,
  type Standing,
  standingColumns,
  standingIn,
  standingRow,
} from "./contenders.ts";

const plain = "verification of a number";
const byApp = "challenge by an app";
const byPhone = "challenge by a text";

const signInsAtOnce = 50;
const probeEveryMs = 10;

/** Challenges beside plain verifications, and what many sign-ins at once leave of the server. */
export async function accounts(bench: Bench): Promise<Section[]> {
  return [await challenges(bench), await signIns(bench)];
}

async function challenges(bench: Bench): Promise<Section> {
  const standings: Standing[] = [];
  const rows: string[][] = [];
  const goals: Goal[] = [];
  for (const store of bench.stores) {
    const title = storeTitles[store];
    const named = (what: string): string => `${what}, ${title}`;
    const entries: Entry[] = [{ name: named(plain), setup: await countersignOn(store, bench) }];
    for (const [name, meets] of [
      [byApp, "app"],
      [byPhone, "phone"],
    ] as const) {
      const setup = await countersignOn(store, bench);
      const people: PeopleSetup = { meets, count: peopleOf(bench, meets), passwords: 0 };
      entries.push({ name: named(name), setup: { ...setup, server: { ...setup.server, people } } });
    }
    const measured = await compete(bench, "accounts", entries);
    const own = standingIn(measured, named(plain));
    standings.push(...measured);
    rows.push(...measured.map((one) => standingRow(one, own)));
    for (const name of [byApp, byPhone]) goals.push(goalOf(standingIn(measured, named(name)), own));
  }
  return {
    name: "challenges",
    title: `Challenges of people who are enrolled, ${bench.connections} connections`,
    columns: standingColumns,
    rows,
    notes: [
      "Share: of the pairs of plain verifications on the same store in this run.",
      "A challenge is two requests, as a pair is: it is started and checked. By a text its code is sent with the start, and a verification of the number goes on beneath it.",
    ],
    goals,
    plots: [],
    data: standings,
  };
}

/** A phone takes part once, an app again and again. */
function peopleOf({ rounds, seconds, warmSeconds, quick }: Bench, meets: PeopleSetup["meets"]): number {
  if (meets === "app") return quick ? 5_000 : 20_000;
  const perSecond = 3_000;
  return Math.ceil((rounds * seconds + warmSeconds) * perSecond);
}

function goalOf(one: Standing, plainOnes: Standing): Goal {
  return {
    what: `${one.name}: share of plain verifications`,
    measured: (one.pairsPerSecond.median / plainOnes.pairsPerSecond.median) * 100,
    unit: "%",
    target: 80,
    better: "higher",
    gate: null,
  };
}

interface SignIns {
  readonly perSecond: number;
  readonly liveMs: readonly number[];
}

/** Slow hashes of many people at once, and how long a probe of the same server waits meanwhile (P-4). */
async function signIns(bench: Bench): Promise<Section> {
  const setup = await countersignOn("sqlite", bench);
  const people: PeopleSetup = { meets: "app", count: 0, passwords: signInsAtOnce };
  const subject = await startSubject({ ...setup, server: { ...setup.server, people } });
  const seconds = bench.seconds * bench.rounds;
  let measured: SignIns;
  try {
    bench.progress(`accounts: ${signInsAtOnce} sign-ins at once`);
    await loadSignIns(subject, bench.warmSeconds);
    measured = await loadSignIns(subject, seconds);
  } finally {
    await subject.stop();
  }
  const sorted = [...measured.liveMs].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    name: "sign-ins",
    title: `${signInsAtOnce} people who sign in with a password again and again, and /health/live meanwhile`,
    columns: ["sign-ins/s", "/health/live p50", "p99", "max", "probes"],
    rows: [[whole(measured.perSecond), ms(at(0.5)), ms(at(0.99)), ms(at(1)), whole(sorted.length)]],
    notes: [
      `A probe every ${probeEveryMs} ms; argon2id of 19 MiB on the server's one core, two at a time. SQLite.`,
    ],
    goals: [
      {
        what: "/health/live during sign-ins, p99",
        measured: at(0.99),
        unit: "ms",
        target: 100,
        better: "lower",
        gate: null,
      },
    ],
    plots: [],
    data: measured,
  };
}

async function loadSignIns({ ports: [port = 0] }: Subject, seconds: number): Promise<SignIns> {
  const endsAt = performance.now() + seconds * 1_000;
  const liveMs: number[] = [];
  let count = 0;
  const head = postHead("/api/v1/sessions", benchKey);
  const person = async (index: number): Promise<void> => {
    const connection = await openConnection(port);
    while (performance.now() < endsAt) {
      const body = `{"name":"${personName(index)}","password":"${benchPassword}"}`;
      const answer = await connection.request(head, body);
      if (answer.status !== 201)
        throw new Error(`a sign-in was answered with ${answer.status}: ${answer.body}`);
      count += 1;
    }
    connection.close();
  };
  const probe = async (): Promise<void> => {
    const pending: Promise<void>[] = [];
    while (performance.now() < endsAt) {
      const askedAt = performance.now();
      // Not one after the other: a slow answer must not keep the next question back.
      pending.push(
        fetch(`http://127.0.0.1:${port}/health/live`).then(async (answer) => {
          await answer.text();
          liveMs.push(performance.now() - askedAt);
        }),
      );
      await new Promise<void>((resolve) => setTimeout(resolve, probeEveryMs));
    }
    await Promise.all(pending);
  };
  await Promise.all([probe(), ...Array.from({ length: signInsAtOnce }, (_, index) => person(index))]);
  return { perSecond: count / seconds, liveMs };
}
