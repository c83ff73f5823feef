import type { Clock } from "../clock/index.ts";
import type { Store } from "../store/index.ts";
import type { Endpoint, EventType } from "./records.ts";

/**
 * The endpoints of all tenants in memory: every change of a verification asks whether somebody wants to hear of it, and
 * where nobody does, that is all it costs. A copy that is brought up to date every two seconds, so that other nodes' changes are seen soon.
 */
export interface Registry {
  /** Whether no change is told to anybody. */
  readonly isEmpty: boolean;
  hasTenant(tenantId: string): boolean;
  /** Those that want to hear of something. */
  hearing(tenantId: string, serviceId: string | null, type: EventType): readonly Endpoint[];
  /** Whether nothing may be posted to any endpoint. */
  readonly isSilent: boolean;
  get(id: string): Endpoint | undefined;
  /** From when this resolves, it holds what was committed before the call. */
  refresh(): Promise<void>;
  /** Unless that was done in the last seconds. */
  refreshSometimes(): Promise<void>;
}

const lifetimeMs = 2_000;
/** What was removed is told for a day; and a database that lost its last seconds may number its changes anew. */
const wholeLifetimeMs = 3_600_000;

export function createRegistry(store: Store, clock: Clock): Registry {
  const listeners = createListeners();
  let readAt = Number.NEGATIVE_INFINITY;
  let wholeAt = Number.NEGATIVE_INFINITY;
  let revision: string | null = null;
  let underWay: Promise<void> | null = null;
  let following: Promise<void> | null = null;

  async function read(): Promise<void> {
    const now = clock.now();
    const isOld = now < wholeAt || now - wholeAt >= wholeLifetimeMs;
    const changes = await store.endpointChanges(isOld ? null : revision);
    if (changes.isWhole) {
      listeners.clear();
      wholeAt = now;
    }
    for (const id of changes.removed) listeners.remove(id);
    for (const one of changes.rows) listeners.put(one);
    revision = changes.revision;
    readAt = now;
  }

  /** One after the other, so that no answer undoes what a later one told; all who wait meanwhile share the next one. */
  function refresh(): Promise<void> {
    if (underWay === null) {
      underWay = read().finally(() => {
        underWay = null;
      });
      return underWay;
    }
    following ??= underWay
      .catch(() => {})
      .then(() => {
        following = null;
        return refresh();
      });
    return following;
  }

  return {
    get isEmpty() {
      return listeners.byTenant.size === 0;
    },
    get isSilent() {
      return listeners.enabled === 0;
    },
    hasTenant: (tenantId) => listeners.byTenant.has(tenantId),
    hearing: (tenantId, serviceId, type) =>
      (listeners.byTenant.get(tenantId) ?? []).filter((one) => isFor(one, serviceId) && hears(one, type)),
    get: (id) => listeners.all.get(id),
    refresh,
    async refreshSometimes() {
      const age = clock.now() - readAt;
      // A clock that stepped back must not keep it for longer.
      if (age < 0 || age >= lifetimeMs) await refresh();
    },
  };
}

/** Only what belongs to its tenant is touched: where there are thousands, some begin to fail or recover all the time. */
function createListeners() {
  const all = new Map<string, Endpoint>();
  const byTenant = new Map<string, Endpoint[]>();
  let enabled = 0;

  function remove(id: string): void {
    const before = all.get(id);
    if (before === undefined) return;
    all.delete(id);
    enabled -= Number(before.disabled === null);
    const others = byTenant.get(before.tenantId)?.filter((one) => one.id !== id) ?? [];
    if (others.length === 0) byTenant.delete(before.tenantId);
    else byTenant.set(before.tenantId, others);
  }

  return {
    all,
    byTenant,
    get enabled() {
      return enabled;
    },
    remove,
    put(endpoint: Endpoint): void {
      remove(endpoint.id);
      all.set(endpoint.id, endpoint);
      enabled += Number(endpoint.disabled === null);
      if (!isWatching(endpoint)) return;
      const list = byTenant.get(endpoint.tenantId);
      if (list === undefined) byTenant.set(endpoint.tenantId, [endpoint]);
      else list.push(endpoint);
    },
    clear(): void {
      all.clear();
      byTenant.clear();
      enabled = 0;
    },
  };
}

/** What requests ask to be told is no change that anybody must watch for. */
function isWatching({ disabled, dialect }: Endpoint): boolean {
  return disabled === null && dialect !== "callbacks";
}

/** Messages of every service may name an address; what is of no service concerns them all. */
function isFor({ dialect, serviceId }: Endpoint, asked: string | null): boolean {
  return asked === null || serviceId === asked || dialect === "receipts";
}

function hears({ types }: Endpoint, type: EventType): boolean {
  if (types.length === 0) return true;
  return types.some((one) => one === type || (one.endsWith(".*") && type.startsWith(one.slice(0, -1))));
}
