import type { FastifyReply, FastifyRequest } from "fastify";
import { oldestFirst } from "../../delivery/index.ts";
import { textsEqual } from "../../secrets/index.ts";
import { standinAccounts } from "../accounts.ts";
import { carry, type Handed } from "../line.ts";
import { hexId, type Standin, type StandinParts, uuidId } from "../parts.ts";
import type { PlannedReceipt } from "../plan.ts";
import { post } from "../post.ts";
import { basicOf, jsonObject, readBodiesAsText, textOf } from "../requests.ts";

type Version = "v2" | "v2.1" | "v2.2";

/** What a program asked for: accepted messages, so that it can look them up. */
interface Taken {
  readonly version: Version;
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly at: number;
}

const takenMax = 1_000;
const attemptsPerSecond = 5;
/** Four more tries, thirty seconds apart. */
const inboundRetriesMs = [30_000, 30_000, 30_000, 30_000];
const account = standinAccounts.flowroute;

/** Flowroute at `/sandbox/flowroute/{v2,v2.1,v2.2}/messages`. */
export function createFlowrouteStandin(parts: StandinParts): Standin {
  const taken = new Map<string, Taken>();
  const forgetOldest = oldestFirst(taken, takenMax);
  const callbacks = new Map<string, string>();
  const limit = createSecondLimit(parts);
  const remember = (id: string, one: Taken): void => {
    taken.set(id, one);
    forgetOldest();
  };

  async function receive(version: Version, request: FastifyRequest, reply: FastifyReply) {
    const refuse = (status: number, detail: string): FastifyReply =>
      reply.code(status).send(JSON.stringify(errorBody(parts, version, status, detail)));
    reply.type("application/json");
    if (!isAuthorized(request)) return refuse(401, "The access key or the secret key is wrong.");
    if (limit(version)) return refuse(429, "More than 5 messages a second.");
    const asked = readMessage(version, request);
    if (asked === null) return refuse(400, "The body is not a message.");
    const { from, to } = asked;
    if (from !== account.number) return refuse(403, "This from is no number of the account.");
    if (to === null || asked.text === null) {
      return refuse(version === "v2" ? 500 : 422, "This to is no number, or there is no body.");
    }
    const id = `${version === "v2" ? "mdr1" : "mdr2"}-${hexId(parts)}`;
    const message = { version, to, from, text: asked.text, at: parts.clock.now() };
    remember(id, message);
    const url = asked.receiptUrl ?? callbacks.get("sms_dlr_callback") ?? null;
    return await carry(parts, handed(parts, id, message, url), request, reply);
  }

  return {
    async routes(scope) {
      readBodiesAsText(scope);
      for (const version of ["v2", "v2.1", "v2.2"] as const) {
        scope.post(`/${version}/messages`, (request, reply) => receive(version, request, reply));
        scope.get<{ Params: { id: string } }>(`/${version}/messages/:id`, (request, reply) => {
          reply.type("application/json");
          const one = taken.get(request.params.id);
          const status = isAuthorized(request) ? (one === undefined ? 404 : 200) : 401;
          const body =
            one !== undefined && status === 200
              ? { data: { attributes: attributesOf(one), type: "message", id: request.params.id } }
              : errorBody(parts, version, status, "There is no such message.");
          return reply.code(status).send(JSON.stringify(body));
        });
      }
      scope.put<{ Params: { type: string } }>("/v2.1/messages/:type", (request, reply) => {
        const url = textOf(jsonObject(request)?.["callback_url"]);
        if (!isAuthorized(request)) return reply.code(401).send();
        const type = request.params.type === "dlr_callback" ? "sms_dlr_callback" : request.params.type;
        if (url === null) callbacks.delete(type);
        else callbacks.set(type, url);
        return reply.code(204).send();
      });
    },
    async reply(from, to, text) {
      const url = callbacks.get("sms_callback");
      if (url === undefined || to !== account.number) return;
      const message: Taken = { version: "v2.1", to, from, text, at: parts.clock.now() };
      const attributes = { ...attributesOf(message), direction: "inbound", status: "delivered" };
      const body = { data: { attributes, id: `mdr2-${hexId(parts)}`, type: "message" } };
      await post(parts, jsonPost(url, body), inboundRetriesMs);
    },
  };
}

/** Attempts in a calendar second, for each version. */
function createSecondLimit({ clock }: StandinParts): (version: Version) => boolean {
  const counted = new Map<Version, { second: number; attempts: number }>();
  return (version) => {
    const second = Math.floor(clock.now() / 1_000);
    const entry = counted.get(version);
    const attempts = entry?.second === second ? entry.attempts + 1 : 1;
    counted.set(version, { second, attempts });
    return attempts > attemptsPerSecond;
  };
}

function isAuthorized(request: FastifyRequest): boolean {
  const basic = basicOf(request);
  return (
    basic !== null &&
    textsEqual(basic.user, account.accessKey) &&
    textsEqual(basic.password, account.secretKey)
  );
}

interface Asked {
  readonly from: string;
  readonly to: string | null;
  readonly text: string | null;
  readonly receiptUrl: string | null;
}

/** Flat or wrapped as a JSON:API document; `content` and `body` name the same field. */
function readMessage(version: Version, request: FastifyRequest): Asked | null {
  const body = jsonObject(request);
  if (body === null) return null;
  const wrapped = (body["data"] as { attributes?: unknown } | undefined)?.attributes;
  const fields = (typeof wrapped === "object" && wrapped !== null ? wrapped : body) as Record<
    string,
    unknown
  >;
  const number = (name: string): string | null => {
    const match = /^(?:\+|011)?(\d{8,15})$/.exec(textOf(fields[name]) ?? "");
    const digits = match?.[1];
    if (digits === undefined) return null;
    return version !== "v2.2" && !/^1\d{10}$/.test(digits) ? null : `+${digits}`;
  };
  return {
    from: number("from") ?? "",
    to: number("to"),
    text: textOf(fields["body"]) ?? textOf(fields["content"]),
    receiptUrl: version === "v2" ? null : textOf(fields["dlr_callback"]),
  };
}

function handed(parts: StandinParts, id: string, message: Taken, url: string | null): Handed {
  const { version, to, from, text } = message;
  return {
    channel: "sms",
    to,
    from,
    text,
    accepted() {
      if (version === "v2") return { status: 200, body: { data: { id } } };
      const self = `https://api.flowroute.com/${version}/messages/${id}`;
      const price =
        version === "v2.2" ? { price_details: { base_rate: "0.0040", charged_cost: "0.0040" } } : {};
      return { status: 202, body: { data: { links: { self }, type: "message", id, ...price } } };
    },
    refused(refusal) {
      const status = refusal?.status ?? (version === "v2" ? 403 : 422);
      return { status, body: errorBody(parts, version, status, "The sandbox was told to refuse it.") };
    },
    async report(status, isForged) {
      if (url === null) return;
      // Flowroute signs nothing: whoever forges does not know the address.
      const target = isForged ? `${url}x` : url;
      await post(parts, jsonPost(target, receiptBody(parts, id, message, status)));
    },
  };
}

const kannel = { sent: "message buffered", delivered: "delivered", failed: "delivery failure" } as const;

function receiptBody(
  { clock }: StandinParts,
  id: string,
  { text }: Taken,
  status: PlannedReceipt["status"],
): unknown {
  const attributes = {
    body: text,
    level: 2,
    status: kannel[status],
    status_code: status === "sent" ? 1003 : null,
    status_code_description: status === "sent" ? "Message accepted by Carrier" : "",
    timestamp: new Date(clock.now()).toISOString(),
  };
  const related = `https://api.flowroute.com/v2.1/messages/${id}`;
  return { data: { attributes, id, links: { related }, type: "delivery_receipt" } };
}

function attributesOf({ version, to, from, text, at }: Taken): Readonly<Record<string, unknown>> {
  const kind =
    version === "v2"
      ? { has_mms: false, message_type: "long-code", callback_url: null }
      : { is_mms: false, message_type: "longcode", status: "message buffered", delivery_receipts: [] };
  return {
    body: text,
    direction: "outbound",
    timestamp: new Date(at).toISOString(),
    amount_nanodollars: 4_000_000,
    amount_display: "$0.0040",
    message_encoding: 0,
    to: to.slice(1),
    from: from.slice(1),
    ...kind,
  };
}

function errorBody(parts: StandinParts, version: Version, status: number, detail: string): unknown {
  const titles: Readonly<Record<number, string>> = { 401: "Unauthorized", 403: "Forbidden" };
  const title = titles[status] ?? "Error";
  if (version === "v2") return { error: title.toUpperCase(), detail };
  return { errors: [{ id: uuidId(parts), status, title, detail }] };
}

function jsonPost(url: string, body: unknown) {
  return { url, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
