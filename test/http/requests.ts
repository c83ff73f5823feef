import type { Operation } from "./contract.ts";
import { type Call, freshNumber, type Installation } from "./installation.ts";

/** A request for each operation that would succeed with a key of all scopes. */
export interface Targets {
  readonly verificationId: string;
  readonly keyId: string;
  readonly serviceId: string;
  readonly tenantId: string;
}

/** Rows that belong to the tenant of the given key. */
export async function makeTargets(installation: Installation, key: string): Promise<Targets> {
  const { id: verificationId } = await installation.start({}, key);
  const made = await installation.makeKey({ scopes: ["keys:read"] }, key);
  const services = await installation.call({ path: "/services", key });
  const tenantId = installation.instance.tenant.id;
  return { verificationId, keyId: made.id, serviceId: services.json.items[0].id, tenantId };
}

const bodies: Readonly<Record<string, () => unknown>> = {
  startVerification: () => ({ to: freshNumber() }),
  checkVerification: () => ({ code: "000000" }),
  settleVerification: () => ({ status: "approved" }),
  createKey: () => ({ name: "further", scopes: ["keys:read"] }),
  createService: () => ({ name: `s${freshNumber().slice(1)}` }),
  updateService: () => ({ locale: "de" }),
  createTenant: () => ({ name: "Further" }),
};

/** The request of an operation, aimed at the given rows. */
export function requestFor({ method, path, operation }: Operation, targets: Targets): Call {
  const id = path.startsWith("/verifications")
    ? targets.verificationId
    : path.startsWith("/keys")
      ? targets.keyId
      : path.startsWith("/services")
        ? targets.serviceId
        : targets.tenantId;
  const filled = path
    .replace("{id}", id)
    .replace("{dialect}", "vonage")
    .replace("{number}", encodeURIComponent("+14155550123"));
  const body = bodies[operation.operationId]?.();
  return { method, path: filled, ...(body === undefined ? {} : { body }) };
}
