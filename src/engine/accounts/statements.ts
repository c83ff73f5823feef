import { assuranceOf, authenticationMethods, lastAuthenticatedAt, type Proof } from "../../accounts/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { type PublicJwk, signStatement, statementKeys } from "../../secrets/index.ts";
import type { EngineParts } from "../parts.ts";
import type { AccountParts } from "./parts.ts";
import { activeSession } from "./sessions.ts";

/** An approval or a session as an ES256 token: whoever has the public keys verifies it without asking us. */
export interface Statement {
  /** In this answer and never again. */
  readonly statement: string;
  readonly endsAt: number;
}

/** It is shown once, at the next door: nobody keeps it in place of a session, which can be ended. */
export const statementLifetimeMs = 300_000;

const installationIssuer = "countersign";

/** Whose word it is: the installation's address, and below it the tenant's where that is not the first. */
export function issuerOf({ statements }: EngineParts, tenantId: string): string {
  const base = statements?.issuer ?? installationIssuer;
  return tenantId === statements?.tenantId ? base : `${base}/tenants/${tenantId}`;
}

export interface Stated {
  readonly tenantId: string;
  readonly subscriberId: string;
  readonly audience: string;
  readonly proofs: readonly Proof[];
  /** What is said beside who it is and how sure that is. */
  readonly more: Readonly<Record<string, unknown>>;
}

export function makeStatement(
  parts: EngineParts,
  { tenantId, subscriberId, audience, proofs, more }: Stated,
  now: number,
): Statement {
  const { aal, restricted, phishingResistant } = assuranceOf(proofs);
  const at = lastAuthenticatedAt(proofs) ?? proofs[0]?.at ?? now;
  const endsAt = now + statementLifetimeMs;
  const statement = signStatement(parts.keyring, tenantId, {
    iss: issuerOf(parts, tenantId),
    aud: audience,
    sub: subscriberId,
    jti: uuidv7(now, parts.random),
    iat: Math.floor(now / 1_000),
    exp: Math.floor(endsAt / 1_000),
    auth_time: Math.floor(at / 1_000),
    amr: authenticationMethods(proofs),
    acr: `aal${aal}`,
    restricted,
    phishingResistant,
    ...more,
  });
  return { statement, endsAt };
}

export interface StateSession {
  readonly tenantId: string;
  readonly session: string;
  /** Who is to believe it, and nobody else. */
  readonly audience: string;
}

export type StateSessionResult =
  | ({ readonly outcome: "stated" } & Statement)
  | { readonly outcome: "sessionInvalid" };

/** Whose session this is, for somebody who cannot ask us. */
export async function stateSession(parts: AccountParts, request: StateSession): Promise<StateSessionResult> {
  const { tenantId, session: given, audience } = request;
  const row = await activeSession(parts, tenantId, given);
  if (row === null) return { outcome: "sessionInvalid" };
  const now = parts.clock.now();
  const { id: sid, subscriberId, proofs } = row;
  const stated = makeStatement(parts, { tenantId, subscriberId, audience, proofs, more: { sid } }, now);
  const result: StateSessionResult = { outcome: "stated", ...stated };
  return await parts.decide<StateSessionResult>([], () => ({ writes: [], result }), subscriberId);
}

/** A JWK Set (RFC 7517): what a tenant's statements are verified with. */
export interface JwkSet {
  readonly keys: readonly PublicJwk[];
}

export function jwkSet({ keyring }: EngineParts, tenantId: string): JwkSet {
  return { keys: statementKeys(keyring, tenantId) };
}
