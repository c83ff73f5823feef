import { uuidv7 } from "../../src/clock/index.ts";
import { key, type TableName, type Tables } from "../../src/store/index.ts";
import {
  createApiKey,
  type IssuedKey,
  type Scope,
  type ServiceSettings,
  scopes,
} from "../../src/tenants/index.ts";
import type { TestInstance } from "../support/instance.ts";

export async function put<T extends TableName>(
  { store }: Pick<TestInstance, "store">,
  table: T,
  row: Tables[T] & { readonly id: string },
): Promise<void> {
  await store.update([key(table, row.id)], () => ({
    writes: [{ table, id: row.id, row } as never],
    result: undefined,
  }));
}

/** A tenant of its own, with the service that every tenant has. */
async function makeTenant(instance: TestInstance, name: string): Promise<string> {
  const { clock, parts } = instance;
  const now = clock.now();
  const id = uuidv7(now, parts.random);
  await put(instance, "tenant", { id, name, createdAt: now });
  const settings: ServiceSettings = { brand: "Other", locale: "en", policy: {}, channels: ["sms", "voice"] };
  const service = uuidv7(now, parts.random);
  const dates = { createdAt: now, updatedAt: now };
  await put(instance, "service", { id: service, tenantId: id, name: "default", settings, ...dates });
  return id;
}

/** A further key, of the first tenant or of a new one. */
export async function makeKey(
  instance: TestInstance,
  asked: { readonly scopes?: readonly Scope[]; readonly tenant?: string } = {},
): Promise<IssuedKey> {
  const { clock, parts } = instance;
  const tenantId = asked.tenant === undefined ? instance.tenantId : await makeTenant(instance, asked.tenant);
  const made = createApiKey(parts.random, clock.now(), {
    tenantId,
    name: "made",
    scopes: asked.scopes ?? scopes,
  });
  await put(instance, "apiKey", made.record);
  return made.issued;
}

/** Changes the settings of the first service. */
export async function setService(instance: TestInstance, changes: Partial<ServiceSettings>): Promise<void> {
  const [service] = await instance.store.services(instance.tenantId);
  if (service === undefined) throw new Error("there is no service");
  await put(instance, "service", { ...service, settings: { ...service.settings, ...changes } });
  instance.parts.directory.forget();
}
