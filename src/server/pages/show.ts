import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { lifetimeMs } from "../../verification/index.ts";
import type { Assets } from "./assets.ts";
import { likelyCountry } from "./countries.ts";
import { bindingOf, type Current, type Flow, mayAskAt, mayCall } from "./flow.ts";
import { languageOf } from "./language.ts";
import type { Language, WordName } from "./languages/index.ts";
import { formTargetsOf, sendWhole } from "./send-view.ts";
import { closedView, codeView, doneView, endView, numberView, type View, type ViewParts } from "./views.ts";
import type { Round, Visit } from "./visit.ts";
import { addressBack } from "./way-back.ts";

/** What every page needs. */
export interface Shown {
  readonly app: FastifyInstance;
  readonly assets: Assets;
  readonly flow: Flow;
  /** No step answers sooner; in real time. */
  wait(): Promise<void>;
}

/** The page of a visit, as it is now. */
export async function sendPage(
  shown: Shown,
  request: FastifyRequest,
  reply: FastifyReply,
  current: Current,
  form: string,
): Promise<FastifyReply> {
  const { visit, service } = current;
  const language = languageOf(request, visit.language);
  const view = await viewOf(shown, request, language, current, form);
  const formTargets = formTargetsOf(visit.returnUrl);
  const { frameAncestors = [] } = service.settings.page ?? {};
  return sendWhole(shown.assets, request, reply, { language, service, view, formTargets, frameAncestors });
}

async function viewOf(
  { app, assets, flow }: Shown,
  request: FastifyRequest,
  language: Language,
  current: Current,
  form: string,
): Promise<View> {
  const { visit, policy } = current;
  const { parts } = app;
  const viewParts: ViewParts = {
    language,
    form,
    note: visit.note,
    base: "/two-factor",
  };
  const { round } = visit;
  if (round === null) {
    return numberView({
      ...viewParts,
      visit,
      country: likelyCountry(request.headers["accept-language"]),
      challenge: flow.challenge(current),
      worker: assets.url("proof.js"),
    });
  }
  const now = parts.clock.now();
  switch (stageOf(round, current, now)) {
    case "approved":
      return doneView(viewParts, await wayBack(app, request, visit));
    case "exhausted":
      return endView(viewParts, "exhaustedTitle", await wayBack(app, request, visit));
    case "canceled":
      return endView(viewParts, "canceledTitle", await wayBack(app, request, visit));
    case "expired":
      return endView(viewParts, "expiredTitle", await wayBack(app, request, visit));
    case "pending": {
      const askAt = mayAskAt(round, policy);
      return codeView({
        ...viewParts,
        visit,
        round,
        length: policy.codeLength,
        isDecimal: policy.alphabet === "decimal",
        waitSeconds: askAt === null ? null : Math.max(0, Math.ceil((askAt - now) / 1_000)),
        mayCall: mayCall(current),
      });
    }
  }
}

/** By the visit alone, never by the verification: of a number that gets nothing there is none (W-8). */
function stageOf(
  round: Round,
  { policy }: Current,
  now: number,
): "pending" | "expired" | NonNullable<Round["end"]> {
  if (round.end !== null) return round.end;
  return now < round.startedAt + lifetimeMs(policy, false) ? "pending" : "expired";
}

/** Where a visit leads to from here: back to the host application with a ticket, or without one; null for nowhere. */
export async function wayBack(
  app: FastifyInstance,
  request: FastifyRequest,
  visit: Visit,
): Promise<string | null> {
  const { round, returnUrl, state } = visit;
  if (returnUrl === null) return null;
  const back = { returnUrl, state };
  if (round?.end !== "approved") return addressBack(request, back, { outcome: "canceled" });
  const verb = { tenantId: visit.tenantId, id: round.verificationId, binding: bindingOf(visit) };
  const ticket = await app.engine.issueTicket(verb);
  return ticket === null ? null : addressBack(request, back, { ticket });
}

/** A page without a visit. */
export function sendClosed(
  shown: Shown,
  request: FastifyRequest,
  reply: FastifyReply,
  titled: "linkTitle" | "closedTitle" | "faultTitle",
  lead: WordName,
): FastifyReply {
  const language = languageOf(request, null);
  const view = closedView(language, titled, lead);
  return sendWhole(shown.assets, request, reply, { language, service: null, view, formTargets: [] });
}
