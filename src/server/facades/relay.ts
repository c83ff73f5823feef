import type { FastifyRequest } from "fastify";
import type { MessageRequest, MessageResult, MessageView } from "../../engine/index.ts";
import { firstTenant } from "../../tenants/index.ts";
import type { Delivery } from "../../verification/index.ts";
import { guardCaller } from "../caller.ts";
import { idempotencyOf } from "../idempotency.ts";
import { needScope } from "./dialect-key.ts";

/** What a vendor's caller wants sent, in our words. */
export type Relayed = Pick<
  MessageRequest,
  "to" | "text" | "from" | "clientRef" | "lifetimeMs" | "registration" | "receipts"
>;

/**
 * A caller's own text through our routes, guard and fail-over. No vendor knows an `Idempotency-Key` here; a caller who
 * sends one all the same gets one message for it.
 * @throws Problem `forbidden`
 */
export async function relay(request: FastifyRequest, asked: Relayed): Promise<MessageResult> {
  const { caller, server } = request;
  needScope(caller, "messages:send");
  return await server.engine.sendMessage({
    ...asked,
    tenantId: caller.tenantId,
    caller: guardCaller(request),
    idempotency: idempotencyOf(request),
  });
}

/**
 * A message of the caller's tenant; null where there is none.
 * @throws Problem `forbidden`
 */
export async function relayed(request: FastifyRequest, id: string | null): Promise<MessageView | null> {
  const { caller, server } = request;
  needScope(caller, "messages:read");
  return id === null ? null : await server.engine.getMessage({ tenantId: caller.tenantId, id });
}

/**
 * What a message costs in millionths of the operator's currency, for callers who may know: tenants may be the operator's
 * customers (ADR 28). Null for the others, and where nothing costs anything.
 */
export async function costFor(request: FastifyRequest, delivery: Delivery): Promise<number | null> {
  const cost = delivery.attempts.findLast((one) => one.cost !== undefined)?.cost ?? delivery.guard?.cost;
  if (cost === undefined) return null;
  const { caller, server } = request;
  const operator = await firstTenant(server.parts.store);
  return operator?.id === caller.tenantId ? cost : null;
}
