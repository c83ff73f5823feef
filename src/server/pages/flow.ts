import { uuidv7 } from "../../clock/index.ts";
import type { Engine, EngineParts } from "../../engine/index.ts";
import { parsePhoneNumber } from "../../numbers/index.ts";
import type { Service } from "../../tenants/index.ts";
import { type Policy, parseSubmittedCode } from "../../verification/index.ts";
import { asciiDigits } from "./digits.ts";
import { difficultyAfter, makeChallenge, readProof } from "./proof.ts";
import { Recent } from "./recent.ts";
import { anonymousAllowance, createStartQuota, linkAllowance, type StartQuota } from "./start-quota.ts";
import type { Note, Round, Visit } from "./visit.ts";

/** What a visit is at: everything that a step needs to know. */
export interface Current {
  readonly visit: Visit;
  readonly service: Service;
  readonly policy: Policy;
  /** The network of the client: an IPv4 address or a /64. */
  readonly network: string;
  /** Of the messages: that of the page. */
  readonly locale: string;
  /** By which origin the browser knows this page. */
  readonly origin: string;
}

export type Fields = Readonly<Record<string, string>>;

/**
 * What people do on the pages. Each step answers with the visit as it is then; that a start, a resend or a check was
 * refused for what others did to a number before, no answer tells (W-5, W-8).
 */
export interface Flow {
  challenge(current: Current): string;
  number(current: Current, fields: Fields): Promise<Visit>;
  code(current: Current, fields: Fields): Promise<Visit>;
  ask(current: Current, type: "resend" | "call"): Promise<Visit>;
  cancel(current: Current): Promise<Visit>;
}

const countedMax = 16_384;

export function createFlow(engine: Engine, parts: EngineParts): Flow {
  const quota = createStartQuota();
  // Also in the cookie, which a browser can keep and bring back: there it would tell a number that gets nothing from
  // one that does, by whether wrong codes are counted.
  const wrongs = new Recent<number>(countedMax);
  return {
    challenge({ visit, network }) {
      const starts = quota.count(whoStarts(visit, network), parts.clock.now());
      const { id: visitId, serviceId, purpose } = visit;
      return makeChallenge(parts, { visitId, serviceId, purpose }, difficultyAfter(starts));
    },
    number: (current, fields) => enterNumber(engine, parts, quota, current, fields),
    code: (current, fields) => enterCode(engine, wrongs, current, fields),
    ask: (current, type) => askAgain(engine, parts, current, type),
    async cancel({ visit }) {
      const { round } = visit;
      if (round === null || round.end !== null) return visit;
      await engine.cancel(verbOf(visit, round));
      return { ...visit, round: { ...round, end: "canceled" }, note: null };
    },
  };
}

function whoStarts({ linkId }: Visit, network: string): string {
  return linkId === null ? network : `link ${linkId}`;
}

function verbOf(visit: Visit, round: Round): { tenantId: string; id: string; binding: string } {
  return { tenantId: visit.tenantId, id: round.verificationId, binding: bindingOf(visit) };
}

/** Only this browser can go on with what it started. */
export function bindingOf({ id }: Pick<Visit, "id">): string {
  return `page:${id}`;
}

async function enterNumber(
  engine: Engine,
  parts: EngineParts,
  quota: StartQuota,
  current: Current,
  fields: Fields,
): Promise<Visit> {
  const { visit, network } = current;
  const typed = { country: fields["country"] ?? "", number: fields["number"] ?? "" };
  const refuse = (words: Note["words"], field: Note["field"], values: Fields = {}): Visit => ({
    ...visit,
    round: null,
    note: { words, field, values, ...typed },
  });
  const to = visit.to ?? numberFrom(parts, typed);
  if (to === null) return refuse(typed.number.trim() === "" ? "numberMissing" : "numberWrong", "number");

  // First, so that whoever else has the link takes none of its starts.
  if (visit.linkId !== null && !(await engine.useOnce("link", visit.linkId, visit.id))) {
    return { ...visit, note: { words: "linkLead", field: null } };
  }
  const worked = (fields["answer"] ?? "") === "" ? "none" : await useProof(engine, parts, visit, fields);
  if (worked === "refused") return refuse("pageOld", null);
  const now = parts.clock.now();
  const allowance = visit.linkId === null ? anonymousAllowance : linkAllowance;
  const opensAt = quota.take(whoStarts(visit, network), worked === "right", allowance, now);
  if (opensAt !== null) {
    return refuse("tooMany", null, { minutes: String(Math.max(1, Math.ceil((opensAt - now) / 60_000))) });
  }
  const verificationId = await begin(engine, parts, current, to);
  const round: Round = {
    verificationId,
    to,
    startedAt: now,
    askedAt: now,
    asks: 1,
    wrong: 0,
    isCalled: false,
    end: null,
  };
  return { ...visit, round, note: null };
}

export function numberFrom(parts: EngineParts, typed: { country: string; number: string }): string | null {
  const parsed = parsePhoneNumber(typed.number, {
    ...(typed.country === "" ? {} : { defaultRegion: typed.country }),
    allow: parts.numberOverrides,
  });
  return parsed.type === "parsed" ? parsed.phoneNumber.e164 : null;
}

/** A proof is used up before anything is started, so that of two that come at once one is refused (F-10). */
async function useProof(
  engine: Engine,
  parts: EngineParts,
  visit: Visit,
  fields: Fields,
): Promise<"right" | "refused"> {
  const { challenge = "", country = "", number = "", answer = "" } = fields;
  const { id: visitId, serviceId, purpose } = visit;
  const proof = readProof(parts, { visitId, serviceId, purpose }, { challenge, country, number, answer });
  if (proof.type !== "right") return "refused";
  return (await engine.useOnce("proof", proof.id, "")) ? "right" : "refused";
}

/** The browser fills the code in by itself where the service says that this page may (O-1). */
export function autofillFor(
  { settings }: Service,
  origin: string,
): { readonly platform: "web"; readonly host: string } | Record<never, never> {
  const { hosts = [] } = settings.texts ?? {};
  const host = hosts.length === 0 ? "" : new URL(origin).hostname;
  return hosts.includes(host) ? { platform: "web", host } : {};
}

/** Starts, and answers with an id in any case; of a start that was refused, with one that leads nowhere. */
async function begin(engine: Engine, parts: EngineParts, current: Current, to: string): Promise<string> {
  const { visit, service, policy, locale, network, origin } = current;
  const result = await engine.start({
    tenantId: visit.tenantId,
    service: service.id,
    to,
    locale,
    ...autofillFor(service, origin),
    binding: bindingOf(visit),
    // Whoever made a link vouches for it; elsewhere the quota above has seen to the proof.
    caller: visit.linkId === null ? { surface: "anonymous", network, hasProof: true } : { surface: "key" },
    ...(policy === parts.directory.policyOf(service) ? {} : { workflow: policy.workflow }),
    ...(visit.purpose === null ? {} : { purpose: visit.purpose }),
    ...(visit.subject === null ? {} : { subject: visit.subject }),
  });
  if (result.outcome === "started" || result.outcome === "continued") {
    if (result.verification !== null) return result.verification.id;
  }
  const id = uuidv7(parts.clock.now(), parts.random);
  // One durable write, as a start has.
  await engine.useOnce("nothing", id, "");
  return id;
}

async function enterCode(
  engine: Engine,
  wrongs: Recent<number>,
  { visit, policy }: Current,
  fields: Fields,
): Promise<Visit> {
  const { round } = visit;
  if (round === null || round.end !== null) return visit;
  const code = asciiDigits(fields["code"] ?? "");
  const digits = String(policy.codeLength);
  const refuse = (words: Note["words"]): Visit => ({
    ...visit,
    note: { words, field: "code", values: { digits }, code: code.slice(0, 20) },
  });
  if (code.trim() === "") return refuse("codeMissing");
  const format = { type: "derived", alphabet: policy.alphabet, length: policy.codeLength } as const;
  if (parseSubmittedCode(code, format) === null) {
    return refuse(policy.alphabet === "decimal" ? "codeShape" : "codeMissing");
  }

  const wrong = Math.max(round.wrong, wrongs.get(round.verificationId) ?? 0);
  if (wrong >= policy.checksMax)
    return { ...visit, note: null, round: { ...round, wrong, end: "exhausted" } };
  const { outcome } = await engine.check({ ...verbOf(visit, round), to: round.to, code });
  if (outcome === "approved") return { ...visit, note: null, round: { ...round, end: "approved" } };
  wrongs.set(round.verificationId, wrong + 1);
  const counted = { ...round, wrong: wrong + 1 };
  if (counted.wrong >= policy.checksMax)
    return { ...visit, note: null, round: { ...counted, end: "exhausted" } };
  return { ...refuse("codeWrong"), round: counted };
}

/** When another code may be asked for: counted by this visit alone, since the number's own waits tell of others. */
export function mayAskAt(round: Round, policy: Policy): number | null {
  if (round.asks >= policy.sendsMax) return null;
  const waits = policy.resendWaitsMs;
  return round.askedAt + (waits[Math.min(round.asks, waits.length) - 1] ?? 0);
}

export function mayCall({ visit, policy }: Pick<Current, "visit" | "policy">): boolean {
  return visit.round?.isCalled === false && policy.workflow.slice(1).some((step) => step.channel === "voice");
}

async function askAgain(
  engine: Engine,
  parts: EngineParts,
  current: Current,
  type: "resend" | "call",
): Promise<Visit> {
  const { visit, policy } = current;
  const { round } = visit;
  const now = parts.clock.now();
  if (round === null || round.end !== null) return visit;
  const opensAt = mayAskAt(round, policy);
  if (opensAt === null || now < opensAt) return { ...visit, note: null };
  const isCall = type === "call" && mayCall(current);
  const verb = verbOf(visit, round);
  const asked = isCall ? await engine.next(verb) : await engine.resend(verb);
  // The call has begun by itself: so once more.
  if (isCall && asked.outcome === "noFurtherStep") await engine.resend(verb);
  return {
    ...visit,
    round: { ...round, askedAt: now, asks: round.asks + 1, isCalled: round.isCalled || isCall },
    note: { words: isCall || round.isCalled ? "calling" : "sentAgain", field: null },
  };
}
