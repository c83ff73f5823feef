import type { FastifyRequest } from "fastify";
import type { Idempotency } from "../engine/index.ts";
import { keyedDigest, requireKey } from "../secrets/index.ts";
import { Problem } from "./problems.ts";

/** A structured-field string, or the bare form that many clients send (W-4). */
const quoted = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,255})"$/;
const bare = /^[\x21\x23-\x7e]{1,255}$/;

/**
 * The request's `Idempotency-Key`, bound to tenant, key, method and path, with a keyed fingerprint of its body (which
 * may hold a code). Undefined when there is none.
 */
export function idempotencyOf(request: FastifyRequest): Idempotency | undefined {
  const header = request.headers["idempotency-key"];
  if (header === undefined) return undefined;
  const given = Array.isArray(header)
    ? null
    : (quoted.exec(header)?.[1] ?? (bare.test(header) ? header : null));
  if (given === null) {
    throw new Problem("idempotency_key_invalid");
  }
  const { keyring } = request.server.parts;
  // Under the first secret of this data: a repeat that comes after the current one was replaced is a repeat all the same.
  const key = requireKey(keyring, "fingerprint", keyring.indexId);
  const { tenantId, keyId } = request.caller;
  const path = request.url.split("?", 1)[0] ?? "";
  const id = keyedDigest(key, ["key", tenantId, keyId, request.method, path, given]);
  const fingerprint = keyedDigest(key, ["body", JSON.stringify(request.body ?? null)]);
  return {
    id: id.subarray(0, 24).toString("base64url"),
    fingerprint: fingerprint.subarray(0, 16).toString("base64url"),
  };
}
