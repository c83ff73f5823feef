import { type AuditParts, auditHeadKey, auditWrites, machineAct } from "../audit/index.ts";
import { type Clock, type Random, uuidv7 } from "../clock/index.ts";
import { bearerDigest, type Keyring, type Secret } from "../secrets/index.ts";
import { key, type Store } from "../store/index.ts";
import {
  type ApiKey,
  adoptApiKey,
  createApiKey,
  firstTenant,
  type IssuedKey,
  type Service,
  scopes,
  type Tenant,
} from "../tenants/index.ts";

export interface BootstrapOptions {
  /** The key an operator set; without one, a key is made for an empty installation. */
  readonly apiKey: Secret | null;
  readonly brand: string;
  /** For the audit log. */
  readonly keyring: Keyring;
}

/** What a new installation starts with, and the key to show once. */
export interface Bootstrapped {
  readonly tenant: Tenant;
  /** Only when it was made just now. */
  readonly firstKey: IssuedKey | null;
}

const firstKeyName = "first";

/** One tenant, one service and one key, so that a fresh start can be used at once. Does nothing where they exist. */
export async function bootstrap(
  store: Store,
  clock: Clock,
  random: Random,
  { keyring, ...options }: BootstrapOptions,
): Promise<Bootstrapped> {
  const tenant = (await firstTenant(store)) ?? (await makeTenant(store, clock, random, options.brand));
  const existing = await store.apiKeys(tenant.id);
  if (options.apiKey !== null) {
    const digest = bearerDigest(options.apiKey.reveal());
    if (!existing.some((one) => one.digest === digest)) {
      const asked = { tenantId: tenant.id, name: "environment", scopes };
      const { record } = adoptApiKey(options.apiKey, random, clock.now(), asked);
      // For an installation that had keys already, one that an operator set is an act.
      if (existing.length === 0) await put(store, "apiKey", record);
      else await adopt({ store, keyring }, record);
    }
    return { tenant, firstKey: null };
  }
  if (existing.length > 0) return { tenant, firstKey: null };
  const made = createApiKey(random, clock.now(), { tenantId: tenant.id, name: firstKeyName, scopes });
  await put(store, "apiKey", made.record);
  return { tenant, firstKey: made.issued };
}

async function adopt({ store, keyring }: AuditParts, record: ApiKey): Promise<void> {
  const { id, tenantId } = record;
  const act = machineAct("createKey", { tenantId, target: id });
  await store.update([key("apiKey", id), auditHeadKey], (rows, now) => ({
    writes: [{ table: "apiKey", id, row: record }, ...auditWrites(keyring, rows, act, now)],
    result: undefined,
  }));
}

async function makeTenant(store: Store, clock: Clock, random: Random, brand: string): Promise<Tenant> {
  const now = clock.now();
  const tenant: Tenant = { id: uuidv7(now, random), name: "default", createdAt: now };
  const service: Service = {
    id: uuidv7(now, random),
    tenantId: tenant.id,
    name: "default",
    settings: { brand, locale: "en", policy: {}, channels: ["sms", "voice"] },
    createdAt: now,
    updatedAt: now,
  };
  // In one: a tenant that a crash left without its service would never get one, and could start nothing.
  await store.update([key("tenant", tenant.id), key("service", service.id)], () => ({
    writes: [
      { table: "tenant", id: tenant.id, row: tenant },
      { table: "service", id: service.id, row: service },
    ],
    result: undefined,
  }));
  // Before anybody can make another tenant.
  await firstTenant(store);
  return tenant;
}

async function put<T extends "apiKey">(
  store: Store,
  table: T,
  row: { readonly id: string } & object,
): Promise<void> {
  await store.update([key(table, row.id)], () => ({
    writes: [{ table, id: row.id, row } as never],
    result: undefined,
  }));
}
