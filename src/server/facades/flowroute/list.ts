import type { FastifyRequest } from "fastify";
import { uuidv7Floor } from "../../../clock/index.ts";
import type { MessageView } from "../../../engine/index.ts";
import { needScope } from "../dialect-key.ts";
import { errors, refuse } from "./errors.ts";
import { toRecord } from "./message-body.ts";
import type { Version } from "./translations.ts";

const limitDefault = 50;
const limitMax = 250;
/** Whoever wants to see further back than this narrows the dates: each record before is read again. */
const offsetMax = 10_000;
const pageSize = 100;
const dayMs = 86_400_000;

interface Asked {
  readonly from: number;
  /** The first instant that is not asked for. */
  readonly until: number;
  readonly limit: number;
  readonly offset: number;
}

/** `GET /{version}/messages`: the tenant's messages of some days, newest first. */
export async function list(request: FastifyRequest, version: Version): Promise<unknown> {
  needScope(request.caller, "messages:read");
  const asked = askedIn(request);
  const { found, hasMore } = await find(request, asked);
  const data = await Promise.all(found.map((one) => toRecord(request, one, version)));
  return { data, links: hasMore ? { next: nextOf(request, asked, version) } : {} };
}

async function find(
  { server: { engine }, caller: { tenantId } }: FastifyRequest,
  { from, until, limit, offset }: Asked,
): Promise<{ readonly found: readonly MessageView[]; readonly hasMore: boolean }> {
  const found: MessageView[] = [];
  // Ids begin with their time: what is newer than asked for is never read.
  let before: string | null = uuidv7Floor(until);
  let skipped = 0;
  while (before !== null) {
    const page = await engine.listMessages({ tenantId, before, limit: pageSize });
    for (const one of page.items) {
      if (one.createdAt < from) return { found, hasMore: false };
      if (skipped < offset) skipped += 1;
      else if (found.length < limit) found.push(one);
      else return { found, hasMore: true };
    }
    before = page.nextBefore;
  }
  return { found, hasMore: false };
}

function askedIn(request: FastifyRequest): Asked {
  const query = queryOf(request);
  const from = dateIn(query, "start_date") ?? refuse(errors.unprocessable("start_date is required."));
  const now = request.server.parts.clock.now();
  const end = query.get("end_date");
  const until = end === null || end === "" ? now + 1 : endOf(query);
  const limit = countIn(query, "limit", 1, limitMax) ?? limitDefault;
  const offset = countIn(query, "offset", 0, offsetMax) ?? 0;
  return { from, until: Math.min(until, now + dayMs), limit: Math.min(limit, limitMax), offset };
}

/** A day is meant to its end. */
function endOf(query: URLSearchParams): number {
  const at = dateIn(query, "end_date") ?? 0;
  return (query.get("end_date") ?? "").includes("T") ? at + 1 : at + dayMs;
}

function dateIn(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name)?.trim();
  if (given === undefined || given === "") return undefined;
  // Spaces are plus signs that nobody escaped.
  const at = /^\d{4}-\d\d-\d\d(T[\d:.]{5,15}(Z|[ +-]\d\d:\d\d)?)?$/.test(given)
    ? Date.parse(withZone(given.replace(" ", "+")))
    : Number.NaN;
  if (at >= 0) return at;
  return refuse(errors.unprocessable(`${name} must be YYYY-MM-DD or YYYY-MM-DDTHH:mm:ss.SSZ, in UTC.`));
}

function withZone(given: string): string {
  return given.includes("T") && !/(Z|[+-]\d\d:\d\d)$/.test(given) ? `${given}Z` : given;
}

function countIn(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const given = query.get(name)?.trim();
  if (given === undefined || given === "") return undefined;
  const count = /^\d{1,9}$/.test(given) ? Number(given) : -1;
  if (count >= min && (count <= max || name === "limit")) return count;
  const what = name === "offset" ? `a number from 0 to ${max}: narrow the dates instead` : "a number above 0";
  return refuse(errors.unprocessable(`${name} must be ${what}.`));
}

function nextOf(request: FastifyRequest, { limit, offset }: Asked, version: Version): string {
  const query = queryOf(request);
  query.set("limit", String(limit));
  query.set("offset", String(offset + limit));
  return `${request.server.publicOrigin(request)}/${version}/messages?${query}`;
}

function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams((request.raw.url ?? "").split("?")[1] ?? "");
}
