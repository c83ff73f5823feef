import type { FastifyRequest } from "fastify";
import { standinAccounts } from "../accounts.ts";
import type { Handed } from "../line.ts";
import { type StandinParts, uuidId } from "../parts.ts";
import { post } from "../post.ts";
import { jsonObject, textOf } from "../requests.ts";
import {
  isAccount,
  isApplication,
  notLetIn,
  problemBody,
  type VonageProblem,
  type VonageState,
} from "./account.ts";
import { signedWebhook } from "./signature.ts";

const account = standinAccounts.vonage;

export interface VonageMessage {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly reference: string | null;
  readonly statusUrl: string | null;
}

function invalid(code: string, title: string, detail: string): VonageProblem {
  return { status: 422, code: `/messages#${code}`, title, detail };
}

/** A text by the Messages API, or why the vendor would not take it. */
export function readMessage(
  parts: StandinParts,
  state: VonageState,
  request: FastifyRequest,
): VonageMessage | VonageProblem {
  if (!isAccount(request) && !isApplication(request, state, parts.clock.now())) return notLetIn;
  const body = jsonObject(request);
  const [to, from, text] = [textOf(body?.["to"]), textOf(body?.["from"]), textOf(body?.["text"])];
  if (body?.["channel"] !== "sms") {
    return invalid("1100", "Unsupported channel", "The sandbox speaks sms only.");
  }
  if (body["message_type"] !== "text" || text === null) {
    return invalid("1150", "Invalid params", "The value of one or more parameters is invalid.");
  }
  if (to === null || !/^\+?[1-9]\d{6,14}$/.test(to)) {
    return invalid("110", "Invalid recipient", "The `to` parameter is invalid for the given channel.");
  }
  const isOwn =
    from?.replace(/^\+/, "") === account.number.slice(1) || /^(?=.*[A-Za-z])[\w ]{1,11}$/.test(from ?? "");
  if (from === null || !isOwn) {
    return invalid("1120", "Invalid sender", "The `from` parameter is invalid for the given channel.");
  }
  return {
    id: uuidId(parts),
    to: `+${to.replace(/^\+/, "")}`,
    from: /^\+?\d+$/.test(from) ? account.number : from,
    text,
    reference: textOf(body["client_ref"]),
    statusUrl: textOf(body["webhook_url"]) ?? state.applicationStatusUrl,
  };
}

const statuses = { sent: "submitted", delivered: "delivered", failed: "undeliverable" } as const;

/** What the vendor says of a status where nobody named a code. */
export function problemOf(status: number, code: string | undefined): VonageProblem {
  const detail = "The sandbox was told to refuse it.";
  if (code !== undefined) return { ...invalid(code, "Invalid params", detail), status };
  const end = status === 429 || status >= 500 ? "/messages#1000" : "#error";
  return { status, code: end, title: status === 429 ? "Rate Limit Hit" : "Error", detail };
}

export function messageHanded(parts: StandinParts, message: VonageMessage): Handed {
  const { id, to, from, reference, statusUrl } = message;
  return {
    ...message,
    channel: "sms",
    accepted: () => ({ status: 202, body: { message_uuid: id } }),
    refused(refusal) {
      const problem = problemOf(refusal?.status ?? 422, refusal === null ? "110" : refusal.code);
      return { status: problem.status, body: problemBody(parts, problem) };
    },
    async report(status, isForged) {
      if (statusUrl === null) return;
      const event = {
        message_uuid: id,
        to: to.slice(1),
        from,
        timestamp: new Date(parts.clock.now()).toISOString(),
        status: statuses[status],
        ...(status === "failed"
          ? {
              error: {
                type: "https://developer.vonage.com/api-errors/messages#1260",
                title: "1260",
                detail: "Destination unreachable",
                instance: id.replaceAll("-", ""),
              },
            }
          : {}),
        ...(reference === null ? {} : { client_ref: reference }),
        usage: { currency: "EUR", price: "0.0333" },
        channel: "sms",
        destination: { network_code: "12345" },
        sms: { count_total: "1" },
      };
      await post(parts, signedWebhook(parts, statusUrl, event, isForged));
    },
  };
}

/** A text from a phone, as the application's inbound webhook gets it. */
export function inboundEvent(
  parts: StandinParts,
  { from, to, text }: { readonly from: string; readonly to: string; readonly text: string },
): unknown {
  return {
    channel: "sms",
    message_uuid: uuidId(parts),
    to: to.slice(1),
    from: from.slice(1),
    timestamp: new Date(parts.clock.now()).toISOString(),
    text,
    sms: { num_messages: "1", keyword: (text.trim().split(/\s+/)[0] ?? "").toUpperCase() },
    usage: { currency: "EUR", price: "0.0333" },
    origin: { network_code: "12345" },
  };
}
