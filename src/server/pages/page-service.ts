import type { FastifyInstance } from "fastify";
import { uuidPattern } from "../../clock/index.ts";
import type { EngineParts } from "../../engine/index.ts";
import { key } from "../../store/index.ts";
import { firstTenant, type Service } from "../../tenants/index.ts";
import type { Policy } from "../../verification/index.ts";
import type { Visit } from "./visit.ts";

/** The open service of somebody who came by himself: by its id, or by name among those of the first tenant. */
export async function anonymousService(
  parts: EngineParts,
  name: string | undefined,
  isOpen: (service: Service) => boolean,
): Promise<Service | null> {
  const found =
    name !== undefined && uuidPattern.test(name)
      ? await parts.store.get(key("service", name))
      : await serviceOfFirst(parts, name);
  return found !== undefined && isOpen(found) ? found : null;
}

async function serviceOfFirst(parts: EngineParts, name: string | undefined): Promise<Service | undefined> {
  const tenant = await firstTenant(parts.store);
  return tenant === undefined ? undefined : await parts.directory.service(tenant.id, name);
}

/** Everybody may cost us a message there: so it is off unless it is switched on, or costs nothing. */
export function allowsAnonymous(service: Service, isSandbox: boolean): boolean {
  return service.settings.page?.anonymous ?? isSandbox;
}

const firstWaitMs = 60_000;
const stepsMax = 10;

/** The policy of what a page starts. For somebody whom no key vouched for, a call comes only after a message (design 4). */
export function policyFor(policy: Policy, isVouchedFor: boolean): Policy {
  const first = policy.workflow[0];
  if (isVouchedFor || first === undefined || first.channel === "sms") return policy;
  const others = policy.workflow.filter((step) => step.channel !== "sms");
  return {
    ...policy,
    workflow: [{ channel: "sms" as const, waitMs: firstWaitMs }, ...others].slice(0, stepsMax),
  };
}

/** The service of a visit; null where it is gone. */
export async function serviceOf(
  app: FastifyInstance,
  { tenantId, serviceId }: Pick<Visit, "tenantId" | "serviceId">,
): Promise<Service | null> {
  if (!uuidPattern.test(serviceId)) return null;
  const service =
    app.directory.recentService(tenantId, serviceId) ??
    (await app.directory.service(tenantId, serviceId)) ??
    (await app.parts.store.get(key("service", serviceId)));
  return service?.tenantId === tenantId ? service : null;
}
