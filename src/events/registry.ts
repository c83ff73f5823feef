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
  /** Those that anything may be posted to. */
  readonly enabled: readonly Endpoint[];
  get(id: string): Endpoint | undefined;
  /** What was just written here. */
  put(endpoint: Endpoint): void;
  refresh(): Promise<void>;
  /** Unless that was done in the last seconds. */
  refreshSometimes(): Promise<void>;
}

const lifetimeMs = 2_000;

export function createRegistry(store: Store, clock: Clock): Registry {
  let all = new Map<string, Endpoint>();
  let byTenant = new Map<string, Endpoint[]>();
  let enabled: readonly Endpoint[] = [];
  let readAt = Number.NEGATIVE_INFINITY;

  function keep(endpoints: Iterable<Endpoint>): void {
    all = new Map([...endpoints].map((one) => [one.id, one]));
    enabled = [...all.values()].filter((one) => one.disabled === null);
    byTenant = new Map();
    // What requests ask to be told is no change that anybody must watch for.
    for (const one of enabled.filter(({ dialect }) => dialect !== "callbacks"))
      byTenant.set(one.tenantId, [...(byTenant.get(one.tenantId) ?? []), one]);
  }

  async function refresh(): Promise<void> {
    const now = clock.now();
    keep(await store.endpoints());
    readAt = now;
  }

  return {
    get isEmpty() {
      return byTenant.size === 0;
    },
    get enabled() {
      return enabled;
    },
    hasTenant: (tenantId) => byTenant.has(tenantId),
    hearing: (tenantId, serviceId, type) =>
      (byTenant.get(tenantId) ?? []).filter((one) => isFor(one, serviceId) && hears(one, type)),
    get: (id) => all.get(id),
    put: (endpoint) => keep([...all.values()].filter(({ id }) => id !== endpoint.id).concat(endpoint)),
    refresh,
    async refreshSometimes() {
      const age = clock.now() - readAt;
      // A clock that stepped back must not keep it for longer.
      if (age < 0 || age >= lifetimeMs) await refresh();
    },
  };
}

/** Messages of every service may name an address; what is of no service concerns them all. */
function isFor({ dialect, serviceId }: Endpoint, asked: string | null): boolean {
  return asked === null || serviceId === asked || dialect === "receipts";
}

function hears({ types }: Endpoint, type: EventType): boolean {
  if (types.length === 0) return true;
  return types.some((one) => one === type || (one.endsWith(".*") && type.startsWith(one.slice(0, -1))));
}
