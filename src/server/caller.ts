import type { FastifyReply, FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";
import type { GuardCaller } from "../engine/index.ts";
import { bearerDigest } from "../secrets/index.ts";
import { type ApiKey, isUsable, type Scope } from "../tenants/index.ts";
import { clientAddress } from "./client-address.ts";
import { Problem, RateLimited, setQuotaHeaders } from "./problems.ts";

/** Who sent a request, once its key is known. */
export interface Caller {
  readonly tenantId: string;
  readonly keyId: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly allowedAddresses: readonly string[];
  readonly expiresAt: number | null;
  /** Who asks by way of the console; absent for keys and for this machine. */
  readonly administrator?: { readonly id: string; readonly name: string };
}

/** The same for the guard: what a key asks to have sent is counted as its own, whichever API it speaks. */
export function guardCaller({ caller }: Pick<FastifyRequest, "caller">): GuardCaller {
  return { surface: "key", keyId: caller.keyId };
}

const bearerPattern = /^Bearer ([\x21-\x7e]{16,256})$/i;

/** The digest of what a request presents: no comparison of secrets depends on how much of them is right (W-1). */
function presentedDigest(request: FastifyRequest): string {
  const presented = bearerPattern.exec(request.headers.authorization ?? "")?.[1];
  if (presented !== undefined) return bearerDigest(presented);
  throw unauthorized(request, "Send your API key as `Authorization: Bearer <key>`.");
}

/**
 * The caller, where the key may be used now and from here (W-1).
 * @throws Problem
 */
export function admitted(request: FastifyRequest, key: ApiKey | undefined): Caller {
  if (key === undefined || !isUsable(key, request.server.clock.now())) {
    throw unauthorized(request, "This API key is not known, has expired or was revoked.");
  }
  if (!isAllowedFrom(key, clientAddress(request))) {
    throw new Problem("forbidden", "This API key may not be used from this address.");
  }
  request.server.directory.used(key);
  return callerOf(key);
}

/** The directory hands out the same record for a while: so do we with what follows from it. */
const callers = new WeakMap<ApiKey, Caller>();

function callerOf(key: ApiKey): Caller {
  let caller = callers.get(key);
  if (caller === undefined) {
    const { tenantId, allowedAddresses, expiresAt } = key;
    caller = { tenantId, keyId: key.id, scopes: new Set(key.scopes), allowedAddresses, expiresAt };
    callers.set(key, caller);
  }
  return caller;
}

/** An address that fails again and again is told to wait; a right key from there still passes. */
export function unauthorized(request: FastifyRequest, detail: string): Problem {
  const { runtime } = request.server;
  const quota = runtime?.limits.ofFailure(clientAddress(request), runtime.clock.now()) ?? null;
  return quota === null ? new Problem("unauthorized", detail) : new RateLimited(quota);
}

function isAllowedFrom(key: ApiKey, address: string): boolean {
  if (key.allowedAddresses.length === 0) return true;
  if (!ipaddr.isValid(address)) return false;
  const from = ipaddr.process(address);
  return key.allowedAddresses.some((range) => {
    const [network, bits] = ipaddr.parseCIDR(range);
    return network.kind() === from.kind() && from.match(network, bits);
  });
}

/**
 * One more request of this key. The local administrator has no quota.
 * @throws RateLimited
 */
export function countRequest(request: FastifyRequest, reply: FastifyReply, caller: Caller): void {
  const { runtime } = request.server;
  if (runtime === null || request.server.adminCaller(request) !== null) return;
  const quota = runtime.limits.ofKey(caller.keyId, runtime.clock.now());
  if (quota === null) return;
  if (quota.isExceeded) throw new RateLimited(quota);
  setQuotaHeaders(reply, quota);
}

/** Any key that may be used now and from here, whatever its scopes. */
export async function authenticate(request: FastifyRequest): Promise<Caller> {
  const admin = request.server.adminCaller(request);
  if (admin !== null) return admin;
  return admitted(request, await request.server.directory.apiKey(presentedDigest(request)));
}

export type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

/** @throws Problem for a key that lacks it */
export function refuseWithout(caller: Caller, scope: Scope): void {
  if (caller.scopes.has(scope)) return;
  throw new Problem("forbidden", `This API key lacks the scope ${scope}.`, { scope });
}

/** A hook that lets only keys with one scope pass. For a key that was just seen it does not wait: most are. */
export function requireScope(scope: Scope): Hook {
  function enter(request: FastifyRequest, reply: FastifyReply, caller: Caller): void {
    request.caller = caller;
    countRequest(request, reply, caller);
    refuseWithout(caller, scope);
  }

  return (request, reply, done) => {
    try {
      const admin = request.server.adminCaller(request);
      const digest = admin === null ? presentedDigest(request) : "";
      const recent = admin === null ? request.server.directory.recentApiKey(digest) : undefined;
      if (admin !== null || recent !== undefined) {
        enter(request, reply, admin ?? admitted(request, recent));
        return done();
      }
      request.server.directory
        .apiKey(digest)
        .then((key) => enter(request, reply, admitted(request, key)))
        .then(() => done(), done);
    } catch (problem) {
      // Not before the parser has seen the rest of what arrived: a request that is framed wrongly is answered as such.
      queueMicrotask(() => done(problem as Error));
    }
  };
}
