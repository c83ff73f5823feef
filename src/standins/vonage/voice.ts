import type { FastifyRequest } from "fastify";
import { standinAccounts } from "../accounts.ts";
import type { Handed } from "../line.ts";
import { type StandinParts, uuidId } from "../parts.ts";
import { post } from "../post.ts";
import { jsonObject, textOf } from "../requests.ts";
import { isApplication, notLetIn, problemBody, type VonageProblem, type VonageState } from "./account.ts";
import { problemOf } from "./messages.ts";
import { signedWebhook } from "./signature.ts";

const { number } = standinAccounts.vonage;

export interface VonageCall {
  readonly id: string;
  readonly conversation: string;
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly eventUrl: string | null;
}

function invalid(detail: string): VonageProblem {
  return { status: 400, code: "#bad-request", title: "Bad Request", detail };
}

interface Endpoint {
  readonly type?: unknown;
  readonly number?: unknown;
}

/** A call with a script that talks, or why the vendor would not make it. */
export function readCall(
  parts: StandinParts,
  state: VonageState,
  request: FastifyRequest,
): VonageCall | VonageProblem {
  if (!isApplication(request, state, parts.clock.now())) return notLetIn;
  const body = jsonObject(request);
  if (body === null) return invalid("The body is no JSON object.");
  const [to] = (Array.isArray(body["to"]) ? body["to"] : []) as readonly Endpoint[];
  const from = body["from"] as Endpoint | undefined;
  const digits = textOf(to?.number);
  if (to?.type !== "phone" || digits === null || !/^[1-9]\d{6,14}$/.test(digits)) {
    return invalid("The endpoint in to is no phone.");
  }
  if (body["random_from_number"] !== true && textOf(from?.number) !== number.slice(1)) {
    return invalid("The endpoint in from is no number of the account.");
  }
  const text = spokenIn(body["ncco"]);
  if (text === null) return invalid("The sandbox wants an ncco that talks.");
  const [eventUrl] = (Array.isArray(body["event_url"]) ? body["event_url"] : []) as readonly unknown[];
  return {
    id: uuidId(parts),
    conversation: `CON-${uuidId(parts)}`,
    to: `+${digits}`,
    from: number,
    text,
    eventUrl: textOf(eventUrl),
  };
}

/** What all its actions `talk` say, without SSML; null where it does something else, or says too much. */
function spokenIn(ncco: unknown): string | null {
  if (!Array.isArray(ncco) || ncco.length === 0) return null;
  const texts = ncco.map((one) =>
    (one as { action?: unknown }).action === "talk" ? textOf((one as { text?: unknown }).text) : null,
  );
  if (texts.some((one) => one === null || one.length > 1_500)) return null;
  return texts
    .join(" ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** The events of the way to each end. */
const events = {
  sent: ["started", "ringing"],
  delivered: ["answered", "completed"],
  failed: ["busy"],
} as const;

export function callHanded(parts: StandinParts, call: VonageCall): Handed {
  const { id, conversation, to, from, eventUrl } = call;
  return {
    ...call,
    channel: "voice",
    accepted: () => ({
      status: 201,
      body: { uuid: id, status: "started", direction: "outbound", conversation_uuid: conversation },
    }),
    refused(refusal) {
      const problem = problemOf(refusal?.status ?? 400, refusal?.code);
      return { status: problem.status, body: problemBody(parts, problem) };
    },
    async report(status, isForged) {
      if (eventUrl === null) return;
      for (const name of events[status]) {
        const timestamp = new Date(parts.clock.now()).toISOString();
        const event = {
          from: from.slice(1),
          to: to.slice(1),
          uuid: id,
          conversation_uuid: conversation,
          status: name,
          direction: "outbound",
          timestamp,
          ...(name === "completed"
            ? {
                duration: "12",
                rate: "0.01270000",
                price: "0.00254000",
                network: "12345",
                end_time: timestamp,
              }
            : {}),
        };
        await post(parts, signedWebhook(parts, eventUrl, event, isForged));
      }
    },
  };
}
