import { type Random, uuidv7 } from "../clock/index.ts";
import { type Keyring, newWebhookSecret, open, type SealContext, Secret, seal } from "../secrets/index.ts";
import { type Endpoint, type EndpointSecret, eventTypes } from "./records.ts";

/** What an endpoint is made of. */
export interface EndpointRequest {
  readonly tenantId: string;
  readonly serviceId: string;
  readonly url: string;
  readonly description: string | null;
  readonly types: readonly string[];
  /** One that the receiver knows already; without it, a new one. */
  readonly secret?: string | undefined;
}

/** Former secrets of an endpoint that still sign: each lengthens a header. */
const secretsMax = 3;

function secretContext(endpointId: string, tenantId: string): SealContext {
  return { table: "endpoints", column: "secret", row: endpointId, tenant: tenantId };
}

/** A new endpoint, and its secret, to be shown once. */
export function createEndpoint(
  keyring: Keyring,
  random: Random,
  now: number,
  asked: EndpointRequest,
): { readonly endpoint: Endpoint; readonly secret: Secret } {
  const id = uuidv7(now, random);
  const secret = asked.secret === undefined ? newWebhookSecret(random) : new Secret(asked.secret);
  const { tenantId, serviceId, url, description, types } = asked;
  const sealed = seal(keyring, random, secretContext(id, tenantId), secret.reveal());
  const endpoint: Endpoint = {
    id,
    tenantId,
    serviceId,
    url,
    description,
    types,
    secrets: [{ sealed, until: null }],
    createdAt: now,
    updatedAt: now,
    disabled: null,
    failingSince: null,
  };
  return { endpoint, secret };
}

/** A new secret; the former ones sign along for the overlap, and never longer than they would have. */
export function rotateSecret(
  keyring: Keyring,
  random: Random,
  endpoint: Endpoint,
  asked: { readonly overlapMs: number; readonly secret?: string | undefined },
  now: number,
): { readonly endpoint: Endpoint; readonly secret: Secret } {
  const secret = asked.secret === undefined ? newWebhookSecret(random) : new Secret(asked.secret);
  const context = secretContext(endpoint.id, endpoint.tenantId);
  const until = now + asked.overlapMs;
  const former = endpoint.secrets
    .map((one) => ({ ...one, until: one.until === null ? until : Math.min(until, one.until) }))
    .filter((one) => one.until > now);
  const current: EndpointSecret = { sealed: seal(keyring, random, context, secret.reveal()), until: null };
  const secrets = [current, ...former].slice(0, secretsMax);
  return { endpoint: { ...endpoint, secrets, updatedAt: now }, secret };
}

/**
 * What signs at `now`, newest first.
 * @throws SealBroken
 */
export function secretsOf(keyring: Keyring, endpoint: Endpoint, now: number): readonly Secret[] {
  const context = secretContext(endpoint.id, endpoint.tenantId);
  return endpoint.secrets
    .filter(({ until }) => until === null || now < until)
    .map(({ sealed }) => new Secret(open(keyring, context, sealed)));
}

/** What is wrong with the types that an endpoint asks for, if anything. */
export function eventTypesProblem(types: readonly string[]): string | null {
  const kinds = new Set(eventTypes.map((one) => `${one.split(".")[0]}.*`));
  const wrong = types.find((one) => !kinds.has(one) && !eventTypes.some((type) => type === one));
  if (wrong === undefined) return null;
  return `must name events such as ${eventTypes[1]}, or all of a kind: ${[...kinds].join(", ")}`;
}
