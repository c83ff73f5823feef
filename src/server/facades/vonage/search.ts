import type { FastifyRequest } from "fastify";
import type { DetailedView } from "../../../engine/index.ts";
import type { Delivery, Status } from "../../../verification/index.ts";
import { needScope } from "../dialect-key.ts";
import { facadeBinding, fromHex, toHex } from "../ids.ts";
import type { Answer } from "./answers.ts";
import type { Visitor } from "./credentials.ts";
import { errors, refuse } from "./errors.ts";
import { pricesOf } from "./prices.ts";
import { eventId } from "./request-id.ts";

const idsMax = 10;
const idLengthMax = 32;

/** On success `status` is a word: one of these. */
const statusWords = {
  pending: "IN PROGRESS",
  approved: "SUCCESS",
  exhausted: "FAILED",
  undeliverable: "FAILED",
  expired: "EXPIRED",
  canceled: "CANCELLED",
} satisfies Readonly<Record<Status, string>>;

/** `/verify/search`: one request as itself, several as a list of those that are known. */
export async function search(request: FastifyRequest, visitor: Visitor): Promise<Answer> {
  const { caller, apiKey, parameters } = visitor;
  needScope(caller, "verifications:read");
  const one = parameters.all("request_id");
  const many = parameters.all("request_ids");
  const given = [...new Set([...one, ...many])];
  if (given.length === 0) return refuse(errors.missing("request_id"));
  if (given.length > idsMax) return refuse(errors.invalid("request_ids"));
  if (given.some((id) => id.length > idLengthMax)) return refuse(errors.invalid("request_id"));
  const found = await Promise.all(given.map((id) => find(request, caller.tenantId, id)));
  const shown = found.filter((view) => view !== null).map((view) => toAnswer(view, apiKey));
  const [first] = shown;
  if (first === undefined) return refuse(errors.noResponse);
  return given.length === 1 ? first : { verification_requests: shown };
}

async function find(request: FastifyRequest, tenantId: string, given: string): Promise<DetailedView | null> {
  const id = fromHex(given);
  if (id === null) return null;
  return await request.server.engine.get({ tenantId, id, binding: facadeBinding.vonage });
}

function toAnswer(view: DetailedView, apiKey: string): Answer {
  const { deliveries, checks } = view;
  const sent = deliveries.map((one) => sentAt(one));
  return {
    request_id: toHex(view.id),
    account_id: apiKey,
    status: statusWords[view.status],
    number: (view.to ?? "").replace("+", ""),
    ...pricesOf(deliveries),
    sender_id: view.metadata?.["senderId"] ?? "verify",
    date_submitted: vonageDate(view.createdAt),
    date_finalized: view.settledAt === null ? "" : vonageDate(view.settledAt),
    first_event_date: dateOrNothing(sent[0]),
    last_event_date: dateOrNothing(sent.at(-1)),
    checks: checks.map(({ at, right }) => ({
      date_received: vonageDate(at),
      // No answer has a code in it, not even a wrong one: it may be the right one of somebody else (C-13).
      code: "",
      status: right ? "VALID" : "INVALID",
      ip_address: "",
    })),
    events: deliveries.map(({ channel, sequence }) => ({
      type: channel === "voice" ? "tts" : "sms",
      id: eventId(view.id, sequence),
    })),
  };
}

function sentAt({ attempts, createdAt }: Delivery): number {
  return attempts[0]?.at ?? createdAt;
}

function dateOrNothing(at: number | undefined): string {
  return at === undefined ? "" : vonageDate(at);
}

/** UTC without saying so: `2026-11-21 10:00:00`. */
export function vonageDate(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}
