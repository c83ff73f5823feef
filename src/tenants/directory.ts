import type { Clock } from "../clock/index.ts";
import type { Store } from "../store/index.ts";
import { defaultPolicy, type Policy } from "../verification/index.ts";
import { createKeyUse } from "./key-use.ts";
import type { ApiKey, Dialect, Service } from "./records.ts";

/** Keys and services as the hot path needs them: a short-lived copy, so that a revocation on another node is seen soon. */
export interface Directory {
  apiKey(digest: string): Promise<ApiKey | undefined>;
  /** The same without waiting, for a key that was seen in the last seconds; undefined for all others. */
  recentApiKey(digest: string): ApiKey | undefined;
  /** The keys that have this name in a vendor's dialect; whose secret it is, the caller finds out. */
  dialectKeys(dialect: Dialect, name: string): Promise<readonly ApiKey[]>;
  /** The same without waiting, where the name was asked for in the last seconds. */
  recentDialectKeys(dialect: Dialect, name: string): readonly ApiKey[] | undefined;
  /** The named service of the tenant, by id or name; without a name, its first. */
  service(tenantId: string, nameOrId?: string): Promise<Service | undefined>;
  /** The same by id and without waiting, for a tenant whose services were read in the last seconds. */
  recentService(tenantId: string, id: string): Service | undefined;
  /** All services of a tenant, oldest first. */
  services(tenantId: string): Promise<readonly Service[]>;
  /** The service's policy over the defaults: the same object while the service does not change. */
  policyOf(service: Service): Policy;
  /** Notes that a key was just used: in memory at once, in the store at most once a minute. */
  used(apiKey: ApiKey): void;
  /** When the key was last used, as far as this node knows; null for never. */
  lastUsedAt(apiKey: ApiKey): number | null;
  /** What was just written here is read anew. */
  forget(): void;
}

interface Entry<V> {
  readonly value: V;
  readonly until: number;
}

const lifetimeMs = 2_000;
const entriesMax = 10_000;

export function createDirectory(store: Store, clock: Clock): Directory {
  const keys = new Map<string, Entry<ApiKey | undefined>>();
  const dialectKeys = new Map<string, Entry<readonly ApiKey[]>>();
  const services = new Map<string, Entry<readonly Service[]>>();
  const policies = new WeakMap<Service, Policy>();
  const keyUse = createKeyUse(store, clock);

  /** How often something was written here. */
  let changes = 0;

  function fresh<V>(entries: ReadonlyMap<string, Entry<V>>, name: string): Entry<V> | undefined {
    const entry = entries.get(name);
    if (entry === undefined) return undefined;
    const now = clock.now();
    // A clock that stepped back must not keep it for longer.
    return now < entry.until && entry.until <= now + lifetimeMs ? entry : undefined;
  }

  async function cached<V>(entries: Map<string, Entry<V>>, name: string, load: () => Promise<V>): Promise<V> {
    const known = fresh(entries, name);
    if (known !== undefined) return known.value;
    const asked = changes;
    const value = await load();
    // Read before a change that was made meanwhile: good for this caller, and for nobody after it.
    if (asked !== changes) return value;
    if (entries.size >= entriesMax) entries.clear();
    entries.set(name, { value, until: clock.now() + lifetimeMs });
    return value;
  }

  return {
    recentApiKey: (digest) => fresh(keys, digest)?.value,
    apiKey: (digest) => cached(keys, digest, () => store.apiKeyByDigest(digest)),
    recentDialectKeys: (dialect, name) => fresh(dialectKeys, `${dialect}/${name}`)?.value,
    dialectKeys: (dialect, name) =>
      cached(dialectKeys, `${dialect}/${name}`, () => store.apiKeysByDialect(dialect, name)),
    services: (tenantId) => cached(services, tenantId, () => store.services(tenantId)),
    async service(tenantId, nameOrId) {
      const all = await cached(services, tenantId, () => store.services(tenantId));
      if (nameOrId === undefined) return all[0];
      return all.find((one) => one.id === nameOrId || one.name === nameOrId);
    },
    recentService: (tenantId, id) => fresh(services, tenantId)?.value.find((one) => one.id === id),
    policyOf(service) {
      const known = policies.get(service);
      if (known !== undefined) return known;
      const policy =
        Object.keys(service.settings.policy).length === 0
          ? defaultPolicy
          : { ...defaultPolicy, ...service.settings.policy };
      policies.set(service, policy);
      return policy;
    },
    used: keyUse.used,
    lastUsedAt: keyUse.lastUsedAt,
    forget() {
      changes += 1;
      keys.clear();
      dialectKeys.clear();
      services.clear();
    },
  };
}
