import type { Clock } from "../clock/index.ts";
import type { Store } from "../store/index.ts";
import { defaultPolicy, type Policy } from "../verification/index.ts";
import { createKeyUse } from "./key-use.ts";
import type { ApiKey, Service } from "./records.ts";

/** Keys and services as the hot path needs them: a short-lived copy, so that a revocation on another node is seen soon. */
export interface Directory {
  apiKey(digest: string): Promise<ApiKey | undefined>;
  /** The named service of the tenant, by id or name; without a name, its first. */
  service(tenantId: string, nameOrId?: string): Promise<Service | undefined>;
  /** The service's policy over the defaults: the same object while the service does not change. */
  policyOf(service: Service): Policy;
  /** Notes that a key was just used: in memory at once, in the store at most once a minute. */
  used(apiKey: ApiKey): void;
  /** When the key was last used, as far as this node knows; null for never. */
  lastUsedAt(apiKey: ApiKey): number | null;
  /** What was just written here is read anew. */
  forget(): void;
}

const lifetimeMs = 2_000;
const entriesMax = 10_000;

export function createDirectory(store: Store, clock: Clock): Directory {
  const keys = new Map<string, { readonly value: ApiKey | undefined; readonly until: number }>();
  const services = new Map<string, { readonly value: readonly Service[]; readonly until: number }>();
  const policies = new WeakMap<Service, Policy>();
  const keyUse = createKeyUse(store, clock);

  async function cached<V>(
    entries: Map<string, { readonly value: V; readonly until: number }>,
    name: string,
    load: () => Promise<V>,
  ): Promise<V> {
    const entry = entries.get(name);
    const now = clock.now();
    if (entry !== undefined && now < entry.until && entry.until <= now + lifetimeMs) return entry.value;
    const value = await load();
    if (entries.size >= entriesMax) entries.clear();
    entries.set(name, { value, until: now + lifetimeMs });
    return value;
  }

  return {
    apiKey: (digest) => cached(keys, digest, () => store.apiKeyByDigest(digest)),
    async service(tenantId, nameOrId) {
      const all = await cached(services, tenantId, () => store.services(tenantId));
      if (nameOrId === undefined) return all[0];
      return all.find((one) => one.id === nameOrId || one.name === nameOrId);
    },
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
      keys.clear();
      services.clear();
    },
  };
}
