import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { textsEqual } from "../../secrets/index.ts";
import { standinAccounts } from "../accounts.ts";
import { type StandinParts, uuidId } from "../parts.ts";
import { basicOf, bearerOf, jsonObject, textOf } from "../requests.ts";
import { privateKeyPem } from "./key.ts";
import { sigOf } from "./signature.ts";

const account = standinAccounts.vonage;

/** What a program can set, as the vendor's own API and console let it. */
export interface VonageState {
  /** Of the account, for the SMS API. */
  inboundUrl: string | null;
  receiptUrl: string | null;
  /** Of the application, for the Messages API. */
  applicationInboundUrl: string | null;
  applicationStatusUrl: string | null;
  publicKey: KeyObject;
}

export function freshState(): VonageState {
  const none = {
    inboundUrl: null,
    receiptUrl: null,
    applicationInboundUrl: null,
    applicationStatusUrl: null,
  };
  return { ...none, publicKey: createPublicKey(privateKeyPem) };
}

/** Why a program is not let in, as the SMS API counts it; null where it is. */
export function smsRefusal(
  request: FastifyRequest,
  fields: Readonly<Record<string, string>>,
  now: number,
): string | null {
  const { sig, api_secret: secret, api_key: key } = fields;
  if (sig !== undefined && secret !== undefined) return "32";
  if (sig !== undefined) {
    const isFresh = Math.abs(now / 1_000 - Number(fields["timestamp"])) <= 300;
    return key === account.apiKey && isFresh && textsEqual(sig.toLowerCase(), sigOf(fields)) ? null : "14";
  }
  if (key === undefined) return isAccount(request) ? null : "4";
  return textsEqual(key, account.apiKey) && textsEqual(secret ?? "", account.apiSecret) ? null : "4";
}

export function isAccount(request: FastifyRequest): boolean {
  const basic = basicOf(request);
  return (
    basic !== null && textsEqual(basic.user, account.apiKey) && textsEqual(basic.password, account.apiSecret)
  );
}

/** Whether the request has a JWT that the application's key signed, for this application and for now. */
export function isApplication(request: FastifyRequest, { publicKey }: VonageState, now: number): boolean {
  const [head = "", body = "", signature = ""] = (bearerOf(request) ?? "").split(".");
  const signed = Buffer.from(`${head}.${body}`);
  if (!verify("sha256", signed, publicKey, Buffer.from(signature, "base64url"))) return false;
  const { alg } = claims(head);
  const { application_id, iat, exp, jti } = claims(body);
  const seconds = now / 1_000;
  return (
    alg === "RS256" &&
    application_id === account.applicationId &&
    typeof jti === "string" &&
    Math.abs(seconds - Number(iat)) <= 900 &&
    (exp === undefined || Number(exp) > seconds)
  );
}

function claims(part: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export interface VonageProblem {
  readonly status: number;
  /** The end of the problem's type. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
}

export const notLetIn: VonageProblem = {
  status: 401,
  code: "/#unauthorized",
  title: "You did not provide correct credentials.",
  detail: "Check that you're using the correct credentials, and that your account has this feature enabled",
};

export function problemBody(parts: StandinParts, { code, title, detail }: VonageProblem): unknown {
  const type = `https://developer.vonage.com/api-errors${code}`;
  return { type, title, detail, instance: uuidId(parts).replaceAll("-", "") };
}

export function refuse(parts: StandinParts, reply: FastifyReply, problem: VonageProblem): FastifyReply {
  return answer(reply, problem.status, problemBody(parts, problem));
}

export function answer(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply.code(status).type("application/json").send(JSON.stringify(body));
}

/** `PUT /v2/applications/{id}`: the public key and the webhooks of the application. */
export function setApplication(state: VonageState, request: FastifyRequest): unknown {
  const body = jsonObject(request) ?? {};
  const key = textOf(at(body, "keys", "public_key"));
  if (key !== null) state.publicKey = createPublicKey(key);
  const webhooks = at(body, "capabilities", "messages", "webhooks");
  state.applicationInboundUrl = textOf(at(webhooks, "inbound_url", "address"));
  state.applicationStatusUrl = textOf(at(webhooks, "status_url", "address"));
  const { private_key: _, ...keys } = (body["keys"] ?? {}) as Record<string, unknown>;
  return { ...body, id: account.applicationId, keys };
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string, unknown>)[step];
  }
  return current;
}
