import { type Random, uuidv7 } from "../clock/index.ts";
import { newWebhookSecret, type SealContext, Secret } from "../secrets/index.ts";
import type { DataKeyring } from "../tenants/index.ts";
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

/** Where the secrets of an endpoint are sealed to. */
export function secretContext(endpointId: string, tenantId: string): SealContext {
  return { table: "endpoints", column: "secret", row: endpointId, tenant: tenantId };
}

/** A new endpoint, and its secret, to be shown once. */
export async function createEndpoint(
  dataKeyring: DataKeyring,
  random: Random,
  now: number,
  asked: EndpointRequest,
): Promise<{ readonly endpoint: Endpoint; readonly secret: Secret }> {
  const id = uuidv7(now, random);
  const { tenantId, serviceId, url, description, types } = asked;
  const { secret, sealed } = await prepareSecret(dataKeyring, random, { id, tenantId }, asked.secret);
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

/** A secret that is ready to become an endpoint's, in an update that decides whether it does. */
export interface PreparedSecret {
  readonly secret: Secret;
  readonly sealed: string;
}

/** The given one, or a new one. */
export async function prepareSecret(
  dataKeyring: DataKeyring,
  random: Random,
  { id, tenantId }: Pick<Endpoint, "id" | "tenantId">,
  given: string | undefined,
): Promise<PreparedSecret> {
  const secret = given === undefined ? newWebhookSecret(random) : new Secret(given);
  return { secret, sealed: await dataKeyring.seal(secretContext(id, tenantId), secret.reveal()) };
}

/** With a new secret; the former ones sign along for the overlap, and never longer than they would have. */
export function withNewSecret(
  endpoint: Endpoint,
  { sealed }: PreparedSecret,
  overlapMs: number,
  now: number,
): Endpoint {
  const until = now + overlapMs;
  const former = endpoint.secrets
    .map((one) => ({ ...one, until: one.until === null ? until : Math.min(until, one.until) }))
    .filter((one) => one.until > now);
  const current: EndpointSecret = { sealed, until: null };
  return { ...endpoint, secrets: [current, ...former].slice(0, secretsMax), updatedAt: now };
}

/**
 * What signs at `now`, newest first.
 * @throws SealBroken
 */
export async function secretsOf(
  dataKeyring: DataKeyring,
  endpoint: Endpoint,
  now: number,
): Promise<readonly Secret[]> {
  const context = secretContext(endpoint.id, endpoint.tenantId);
  const signing = endpoint.secrets.filter(({ until }) => until === null || now < until);
  return await Promise.all(
    signing.map(async ({ sealed }) => new Secret(await dataKeyring.open(context, sealed))),
  );
}

/** What is wrong with the types that an endpoint asks for, if anything. */
export function eventTypesProblem(types: readonly string[]): string | null {
  const kinds = new Set(eventTypes.map((one) => `${one.split(".")[0]}.*`));
  const wrong = types.find((one) => !kinds.has(one) && !eventTypes.some((type) => type === one));
  if (wrong === undefined) return null;
  return `must name events such as ${eventTypes[1]}, or all of a kind: ${[...kinds].join(", ")}`;
}
