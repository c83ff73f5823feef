import { createEndpoint, type Endpoint, type Webhooks } from "../../src/events/index.ts";
import type { Secret } from "../../src/secrets/index.ts";
import { key } from "../../src/store/index.ts";
import { openTestInstance, type TestInstance, type TestInstanceOptions } from "../support/instance.ts";

/** Loopback, as somebody who develops a receiver sets it. */
export const loopback = { networks: ["127.0.0.0/8"], ports: [443] };

export interface WebhookInstance extends TestInstance {
  readonly webhooks: Webhooks;
  /** Makes an endpoint of the first service and has it known at once. */
  endpoint(url: string, types?: readonly string[]): Promise<Endpoint & { readonly secret: Secret }>;
  /** Everything that is due now is posted and answered. */
  posted(): Promise<void>;
}

/** An instance whose events may go to this machine. */
export async function openWebhookInstance(options: TestInstanceOptions = {}): Promise<WebhookInstance> {
  const one = await openTestInstance({ webhooks: loopback, ...options });
  const { webhooks, dataKeyring, random } = one.parts;
  if (webhooks === undefined) throw new TypeError("an instance has webhooks");
  return {
    ...one,
    webhooks,
    async endpoint(url, types = []) {
      const service = await one.parts.directory.service(one.tenantId);
      const asked = { tenantId: one.tenantId, serviceId: service?.id ?? "", url, description: null, types };
      const { endpoint, secret } = await createEndpoint(dataKeyring, random, one.clock.now(), asked);
      const write = { table: "endpoint", id: endpoint.id, row: endpoint } as const;
      await one.store.update([key("endpoint", endpoint.id)], () => ({ writes: [write], result: undefined }));
      await webhooks.registry.refresh();
      return { ...endpoint, secret };
    },
    async posted() {
      await webhooks.poll();
      await webhooks.settled();
    },
  };
}

/** Every event of an endpoint, oldest first. */
export async function eventsOf(one: TestInstance, endpointId: string) {
  return [...(await one.store.events({ endpointId, limit: 1_000 }))].reverse();
}
