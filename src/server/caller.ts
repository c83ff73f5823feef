import type { FastifyReply, FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";
import { bearerDigest } from "../secrets/index.ts";
import type { ApiKey, Scope } from "../tenants/records.ts";
import { clientAddress } from "./client-address.ts";
import { Problem, RateLimited, setQuotaHeaders } from "./problems.ts";

/** Who sent a request, once its key is known. */
export interface Caller {
  readonly tenantId: string;
  readonly keyId: string;
  readonly scopes: ReadonlySet<Scope>;
}

const bearerPattern = /^Bearer ([\x21-\x7e]{16,256})$/i;

/** Finds the key of a request and checks that it may be used now and from here (W-1). */
export async function authenticate(request: FastifyRequest): Promise<Caller> {
  const admin = request.server.adminCaller(request);
  if (admin !== null) return admin;
  const presented = bearerPattern.exec(request.headers.authorization ?? "")?.[1];
  if (presented === undefined) {
    throw unauthorized(request, "Send your API key as `Authorization: Bearer <key>`.");
  }
  // Looked up by its digest: no comparison of secrets depends on how much of them is right.
  const key = await request.server.directory.apiKey(bearerDigest(presented));
  if (key === undefined || !isUsable(key, request.server.clock.now())) {
    throw unauthorized(request, "This API key is not known, has expired or was revoked.");
  }
  if (!isAllowedFrom(key, request.ip))
    throw new Problem("forbidden", "This API key may not be used from this address.");
  request.server.directory.used(key);
  return callerOf(key);
}

/** The directory hands out the same record for a while: so do we with what follows from it. */
const callers = new WeakMap<ApiKey, Caller>();

function callerOf(key: ApiKey): Caller {
  let caller = callers.get(key);
  if (caller === undefined) {
    caller = { tenantId: key.tenantId, keyId: key.id, scopes: new Set(key.scopes) };
    callers.set(key, caller);
  }
  return caller;
}

/** An address that fails again and again is told to wait; a right key from there still passes. */
function unauthorized(request: FastifyRequest, detail: string): Problem {
  const { runtime } = request.server;
  const quota = runtime?.limits.ofFailure(clientAddress(request), runtime.clock.now()) ?? null;
  return quota === null ? new Problem("unauthorized", detail) : new RateLimited(quota);
}

function isUsable(key: ApiKey, now: number): boolean {
  return key.revokedAt === null && (key.expiresAt === null || now < key.expiresAt);
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

/** One more request of this key. The local administrator has no quota. */
function countRequest(request: FastifyRequest, reply: FastifyReply, caller: Caller): void {
  const { runtime } = request.server;
  if (runtime === null || request.server.adminCaller(request) !== null) return;
  const quota = runtime.limits.ofKey(caller.keyId, runtime.clock.now());
  if (quota === null) return;
  if (quota.isExceeded) throw new RateLimited(quota);
  setQuotaHeaders(reply, quota);
}

/** A hook that lets only keys with one scope pass. */
export function requireScope(scope: Scope): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => {
    const caller = await authenticate(request);
    request.caller = caller;
    countRequest(request, reply, caller);
    if (!caller.scopes.has(scope)) {
      throw new Problem("forbidden", "This API key lacks a scope that this call needs.", { scope });
    }
  };
}
