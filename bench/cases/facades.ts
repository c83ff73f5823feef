import type { FacadeSpoken } from "../protocol.ts";
import { type Bench, countersignOn, type Goal, percent, type Section } from "./case.ts";
import {
  compete,
  type Entry,
  type Standing,
  standingColumns,
  standingIn,
  standingRow,
} from "./contenders.ts";

const own = "our own API";
const names: Readonly<Record<FacadeSpoken, string>> = {
  vonage: "Vonage Verify v1",
  telnyx: "Telnyx Verify, by number",
};

/** The same pairs through other vendors' APIs: what the translation adds to a pair. */
export async function facades(bench: Bench): Promise<Section> {
  const entries: Entry[] = [{ name: own, setup: await countersignOn("sqlite", bench) }];
  for (const facade of ["vonage", "telnyx"] as const) {
    const setup = await countersignOn("sqlite", bench);
    const { server } = setup;
    if (server.mode !== "countersign") throw new TypeError("a facade is Countersign's");
    entries.push({ name: names[facade], setup: { ...setup, server: { ...server, facade } } });
  }
  const standings = await compete(bench, "facades", entries);
  const ours = standingIn(standings, own);
  return {
    name: "facades",
    title: `Start and check pairs through other vendors' APIs, ${bench.connections} connections, SQLite`,
    columns: standingColumns,
    rows: standings.map((one) => standingRow(one, ours)),
    notes: ["Share: of our own API's pairs a second in this run.", ...standings.slice(1).map(added(ours))],
    goals: standings.slice(1).map((one) => goalOf(one, ours)),
    plots: [],
    data: standings,
  };
}

/** By processor time, which is what a translation costs; the disk is waited for in any language. */
function addedShare(one: Standing, ours: Standing): number {
  return one.cpuUsPerPair.median / ours.cpuUsPerPair.median - 1;
}

function added(ours: Standing): (one: Standing) => string {
  return (one) => `${one.name} adds ${percent(addedShare(one, ours))} of processor time to a pair.`;
}

function goalOf(one: Standing, ours: Standing): Goal {
  return {
    what: `${one.name}, processor time added to a pair`,
    measured: addedShare(one, ours) * 100,
    unit: "%",
    target: 15,
    better: "lower",
    gate: null,
  };
}
