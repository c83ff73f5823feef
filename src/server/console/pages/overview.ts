import { html } from "ghtml";
import type { VerificationView } from "../../../engine/index.ts";
import type { Status } from "../../../verification/index.ts";
import { type ConsolePage, facts, table, text } from "../frame.ts";
import type { Inside } from "../gate.ts";
import { placed, read } from "./page.ts";

const dayMs = 86_400_000;
const pageSize = 500;
/** What is looked at for the numbers of a day. */
const countedMax = 5_000;

/** How the last day went, and how the carriers and this server are. */
export async function overviewPage(inside: Inside): Promise<ConsolePage> {
  const [day, carriers, health] = await Promise.all([
    lastDay(inside),
    read(inside, "/carriers"),
    healthOf(inside),
  ]);
  const { counts, seen, isWhole } = day;
  const approved = counts.approved ?? 0;
  const settled = seen - (counts.pending ?? 0) - (counts.canceled ?? 0);
  const conversion = settled === 0 ? "–" : `${Math.round((100 * approved) / settled)} %`;
  const content = html`<div class="numbers">!${facts([
    ["Server", html`${health}`],
    ["Verifications, last 24 hours", html`${isWhole ? seen : `more than ${seen}`}`],
    ["Approved", html`${approved}`],
    ["Conversion", html`${conversion}`],
  ])}</div>
<p class="quiet">Conversion is approved of all that ended and were not canceled!${isWhole ? "" : html`; of the last ${seen}`}.</p>
<h2>By status</h2>
!${table(
    "By status",
    ["Status", "Verifications"],
    Object.entries(counts).map(([status, count]) => [text(status), text(count)]),
    "No verification was started in the last 24 hours.",
  )}
<h2>Carriers</h2>
<p class="quiet">As this server sees them since it started.</p>
!${carrierTable(carriers.carriers)}`;
  return placed(inside, "/console", { title: "Overview", content });
}

interface Day {
  readonly counts: Partial<Record<Status, number>>;
  readonly seen: number;
  readonly isWhole: boolean;
}

async function lastDay(inside: Inside): Promise<Day> {
  const { engine } = inside.request.server;
  const { tenantId } = inside.tools.calls;
  const since = inside.parts.clock.now() - dayMs;
  const counts: Partial<Record<Status, number>> = {};
  let seen = 0;
  let before: string | undefined;
  while (seen < countedMax) {
    const page = await engine.list({ tenantId, before, limit: pageSize });
    const young: readonly VerificationView[] = page.items.filter(({ createdAt }) => createdAt >= since);
    for (const { status } of young) counts[status] = (counts[status] ?? 0) + 1;
    seen += young.length;
    if (young.length < page.items.length || page.nextBefore === null) return { counts, seen, isWhole: true };
    before = page.nextBefore;
  }
  return { counts, seen, isWhole: false };
}

async function healthOf({ request }: Inside): Promise<string> {
  const readiness = await request.server.runtime?.readiness();
  if (readiness === undefined) return "no server around it";
  return readiness.ready ? "ready" : `not ready: ${readiness.reason}`;
}

interface Carrier {
  readonly carrier: string;
  readonly channel: string;
  readonly standing: string;
  readonly why: string;
  readonly totals: readonly {
    readonly region: string | null;
    readonly accepted: number;
    readonly delivered: number;
    readonly approved: number;
    readonly cost: string;
  }[];
}

function carrierTable(carriers: readonly Carrier[]): string {
  const rows = carriers.flatMap((one) => {
    const first = [text(one.carrier), text(one.channel), html`<span class="wraps">${one.why}</span>`];
    if (one.totals.length === 0) return [[...first, "–", "0", "0", "0", "–"]];
    return one.totals.map((of) => [
      ...first,
      text(of.region),
      text(of.accepted),
      text(of.delivered),
      text(of.approved),
      text(of.cost),
    ]);
  });
  const heads = ["Carrier", "Channel", "State", "Region", "Accepted", "Delivered", "Approved", "Cost"];
  return table("Carriers", heads, rows, "No carrier is configured.");
}
