import type { Operation } from "./contract.ts";
import { type Call, freshNumber, type Installation } from "./installation.ts";

/** A request for each operation that would succeed with a key of all scopes. */
export interface Targets {
  readonly verificationId: string;
  readonly keyId: string;
  readonly serviceId: string;
  readonly tenantId: string;
  readonly webhookId: string;
  /** To be removed: the others still need theirs. */
  readonly spareWebhookId: string;
  readonly messageId: string;
  /** Of the first webhook. */
  readonly eventId: string;
  /** Works for a minute, once. */
  readonly ticket: string;
}

/** Registered at the first service of whoever has targets. */
export const returnUrl = "https://app.example.com/verified";

/** Rows that belong to the tenant of the given key. */
export async function makeTargets(installation: Installation, key: string): Promise<Targets> {
  const { id: verificationId } = await installation.start({}, key);
  const made = await installation.makeKey({ scopes: ["keys:read"] }, key);
  const services = await installation.call({ path: "/services", key });
  const tenantId = installation.instance.tenant.id;
  const serviceId: string = services.json.items[0].id;
  const page = { returnUrls: [returnUrl] };
  await installation.call({ method: "PATCH", path: `/services/${serviceId}`, body: { page }, key });
  const ticket = await ticketOf(installation, key);
  return {
    verificationId,
    keyId: made.id,
    serviceId,
    tenantId,
    ticket,
    messageId: await makeMessage(installation, key),
    ...(await makeWebhooks(installation, key)),
  };
}

async function makeMessage({ call }: Installation, key: string): Promise<string> {
  const body = { to: freshNumber(), text: "Your table is free." };
  return (await call({ method: "POST", path: "/messages", body, key })).json.id;
}

/** Their receivers are found by nobody: what is posted fails, and is written down. */
async function makeWebhooks(
  { call }: Installation,
  key: string,
): Promise<Pick<Targets, "webhookId" | "spareWebhookId" | "eventId">> {
  const make = async (): Promise<string> =>
    (await call({ method: "POST", path: "/webhooks", body: newWebhook, key })).json.id;
  const webhookId = await make();
  const tested = await call({ method: "POST", path: `/webhooks/${webhookId}/test`, key });
  return { webhookId, spareWebhookId: await make(), eventId: tested.json.id };
}

const newWebhook = { url: "https://hooks.example.com/", events: ["message.*"] };

async function ticketOf(installation: Installation, key: string): Promise<string> {
  const binding = "page:a-browser";
  const { id, code } = await installation.start({ binding }, key);
  await installation.call({
    method: "POST",
    path: `/verifications/${id}/check`,
    body: { code, binding },
    key,
  });
  const { engine, tenant } = installation.instance;
  return (await engine.issueTicket({ tenantId: tenant.id, id, binding })) ?? "";
}

const bodies: Readonly<Record<string, (targets: Targets) => unknown>> = {
  createPage: () => ({ returnUrl }),
  redeemTicket: ({ ticket }) => ({ ticket }),
  startVerification: () => ({ to: freshNumber() }),
  checkVerification: () => ({ code: "000000" }),
  settleVerification: () => ({ status: "approved" }),
  createKey: () => ({ name: "further", scopes: ["keys:read"] }),
  createService: () => ({ name: `s${freshNumber().slice(1)}` }),
  updateService: () => ({ locale: "de" }),
  sendMessage: () => ({ to: freshNumber(), text: "hello" }),
  createWebhook: () => newWebhook,
  updateWebhook: () => ({ description: "Shop" }),
  createTenant: () => ({ name: "Further" }),
};

function idFor(path: string, targets: Targets): string {
  if (path.startsWith("/verifications")) return targets.verificationId;
  if (path.startsWith("/keys")) return targets.keyId;
  if (path.startsWith("/webhooks")) return targets.webhookId;
  if (path.startsWith("/messages")) return targets.messageId;
  if (path.startsWith("/deliveries")) return `${targets.verificationId}.1`;
  return path.startsWith("/services") ? targets.serviceId : targets.tenantId;
}

/** The request of an operation, aimed at the given rows. */
export function requestFor({ method, path, operation }: Operation, targets: Targets): Call {
  const id = operation.operationId === "deleteWebhook" ? targets.spareWebhookId : idFor(path, targets);
  const filled = path
    .replace("{id}", id)
    .replace("{dialect}", "vonage")
    .replace("{event}", targets.eventId)
    .replace("{number}", encodeURIComponent("+14155550123"));
  const body = bodies[operation.operationId]?.(targets);
  return { method, path: filled, ...(body === undefined ? {} : { body }) };
}
