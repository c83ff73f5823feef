// A process that starts one verification with an endpoint at the given address, and waits for its post to be answered.
import { systemClock } from "../../src/clock/index.ts";
import { createEndpoint } from "../../src/events/index.ts";
import { openInstance } from "../../src/instance/instance.ts";
import { key } from "../../src/store/index.ts";
import { alice, testSecret } from "../support/instance-values.ts";

const [folder = "", url = ""] = process.argv.slice(2);
const webhooks = { networks: ["127.0.0.0/8"], ports: [443] };
const { engine, parts, store, tenant } = await openInstance({ folder, secrets: [testSecret], webhooks });
const service = await parts.directory.service(tenant.id);
const asked = {
  tenantId: tenant.id,
  serviceId: service?.id ?? "",
  url,
  description: null,
  types: ["verification.*"],
};
const { endpoint } = await createEndpoint(parts.dataKeyring, parts.random, systemClock().now(), asked);
await store.update([key("endpoint", endpoint.id)], () => ({
  writes: [{ table: "endpoint", id: endpoint.id, row: endpoint }],
  result: undefined,
}));
await parts.webhooks?.registry.refresh();
await engine.start({ tenantId: tenant.id, to: alice });
await parts.webhooks?.settled();
