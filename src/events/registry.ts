import type { Clock } from "../clock/index.ts";
import type { Store } from "../store/index.ts";
import type { Endpoint, EventType } from "./records.ts";

/**
 * The endpoints of all tenants in memory: every change of a verification asks whether somebody wants to hear of it, and
 * where nobody does, that is all it costs. A copy that lives two seconds, so that other nodes' changes are seen soon.
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
  /** What was just written here. */
  put(endpoint: Endpoint): void;
  refresh(): Promise<void>;
  /** Unless that was done in the last seconds. */
  refreshSometimes(): Promise<void>;
}

const lifetimeMs = 2_000;

export function createRegistry(store: Store, clock: Clock): Registry {
  const all = new Map<string, Endpoint>();
  const byTenant = new Map<string, Endpoint[]>();
  let enabled = 0;
  let readAt = Number.NEGATIVE_INFINITY;

  /** Only what belongs to its tenant is touched: where there are thousands, some begin to fail or recover all the time. */
  function put(endpoint: Endpoint): void {
    const { id, tenantId } = endpoint;
    const before = all.get(id);
    all.set(id, endpoint);
    enabled += Number(endpoint.disabled === null) - Number(before?.disabled === null);
    const others = before === undefined ? undefined : byTenant.get(tenantId)?.filter((one) => one.id !== id);
    if (others !== undefined) byTenant.set(tenantId, others);
    if (isWatching(endpoint)) {
      const list = byTenant.get(tenantId);
      if (list === undefined) byTenant.set(tenantId, [endpoint]);
      else list.push(endpoint);
    } else if (byTenant.get(tenantId)?.length === 0) byTenant.delete(tenantId);
  }

  async function refresh(): Promise<void> {
    const now = clock.now();
    const endpoints = await store.endpoints();
    all.clear();
    byTenant.clear();
    enabled = 0;
    for (const one of endpoints) put(one);
    readAt = now;
  }

  return {
    get isEmpty() {
      return byTenant.size === 0;
    },
    get isSilent() {
      return enabled === 0;
    },
    hasTenant: (tenantId) => byTenant.has(tenantId),
    hearing: (tenantId, serviceId, type) =>
      (byTenant.get(tenantId) ?? []).filter((one) => isFor(one, serviceId) && hears(one, type)),
    get: (id) => all.get(id),
    put,
    refresh,
    async refreshSometimes() {
      const age = clock.now() - readAt;
      // A clock that stepped back must not keep it for longer.
      if (age < 0 || age >= lifetimeMs) await refresh();
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
