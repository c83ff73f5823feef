import type { Service } from "../tenants/index.ts";
import { receiptTypes } from "./message-receipts.ts";
import type { Endpoint } from "./records.ts";
import { telnyxEventTypes } from "./telnyx.ts";

/** Where the webhooks of a verify profile go, under the id of its service: each has one at the most. */
export function profileEndpoint(
  service: Service,
  before: Endpoint | undefined,
  now: number,
): Endpoint | null {
  const { webhookUrl, webhookFailoverUrl, deletedAt } = service.settings.telnyx ?? {};
  if (typeof webhookUrl !== "string" || deletedAt !== undefined) return null;
  const failoverUrl = webhookFailoverUrl ?? undefined;
  if (before?.url === webhookUrl && before.failoverUrl === failoverUrl) return before;
  return {
    ...newEndpoint(service.id, service.tenantId, service.id, now),
    dialect: "telnyx",
    url: webhookUrl,
    ...(failoverUrl === undefined ? {} : { failoverUrl }),
    types: telnyxEventTypes,
    createdAt: before?.createdAt ?? now,
  };
}

/** Under which a tenant's requests are told what they asked for, each at its own address; its id is the tenant's. */
export function callbacksEndpoint(tenantId: string, serviceId: string, now: number): Endpoint {
  const endpoint = newEndpoint(tenantId, tenantId, serviceId, now);
  return { ...endpoint, dialect: "callbacks", types: ["request.answered"] };
}

/** Under which the senders of a tenant's messages are told what becomes of them, each at the address that it named. */
export function receiptsEndpoint(tenantId: string, serviceId: string, now: number): Endpoint {
  const endpoint = newEndpoint(receiptsEndpointId(tenantId), tenantId, serviceId, now);
  return { ...endpoint, dialect: "receipts", types: receiptTypes };
}

export function receiptsEndpointId(tenantId: string): string {
  return `${tenantId}.receipts`;
}

/** Its secrets are none: what signs, if anything, follows from its dialect. */
function newEndpoint(id: string, tenantId: string, serviceId: string, now: number): Endpoint {
  return {
    id,
    tenantId,
    serviceId,
    url: "",
    description: null,
    types: [],
    secrets: [],
    createdAt: now,
    updatedAt: now,
    disabled: null,
    failingSince: null,
  };
}
