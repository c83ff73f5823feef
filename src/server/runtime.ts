import type { Clock } from "../clock/index.ts";
import type { Tally } from "../engine/index.ts";
import type { Instance } from "../instance/instance.ts";
import type { StoreKind } from "../instance/open-store.ts";
import type { Keyring } from "../secrets/index.ts";
import { StorageUnavailable } from "../store/index.ts";
import { createRequestLimits, type LimitSettings, type RequestLimits } from "./limits.ts";
import type { Listeners } from "./listeners.ts";
import { createMetrics, type Metrics } from "./metrics.ts";

export type ServerState = "starting" | "ready" | "stopping";

/** Whether requests can be served, and if not, why. */
export type Readiness =
  | { readonly ready: true; readonly store: StoreKind }
  | {
      readonly ready: false;
      readonly reason: "starting" | "stopping" | "storage";
      /** For the operator: it may name servers. */
      readonly detail?: string;
    };

/** What a running server knows about itself, beside its engine. */
export interface Runtime {
  readonly clock: Clock;
  readonly state: ServerState;
  readonly limits: RequestLimits;
  readonly metrics: Metrics;
  become(state: ServerState): void;
  /** From here on the storage is looked at for readiness and metrics. */
  watch(instance: Instance, listeners: readonly Listeners[]): void;
  readiness(): Promise<Readiness>;
  close(): void;
}

const probeKeptMs = 1_000;

/** A server without the master secret that all others have gone over to can seal nothing any more. */
function secretProblem(keyring: Keyring): string | null {
  const isHere = keyring.key("sealing") !== undefined;
  return isHere ? null : `the master secret ${keyring.currentId} is missing in COUNTERSIGN_SECRET`;
}

export function createRuntime(clock: Clock, limits: LimitSettings, tally?: Tally): Runtime {
  const metrics = createMetrics(tally);
  let state: ServerState = "starting";
  let watched: Instance | null = null;
  let probe: { readonly at: number; readonly problem: Promise<string | null> } | null = null;

  /** A durable write, at most one a second however many ask: what it says, or null when it works. */
  function storageProblem(instance: Instance): Promise<string | null> {
    const now = clock.now();
    if (probe === null || now - probe.at >= probeKeptMs) {
      const problem = instance.store.probe().then(
        () => secretProblem(instance.parts.keyring),
        (cause: unknown) => (cause instanceof StorageUnavailable ? cause.message : String(cause)),
      );
      probe = { at: now, problem };
    }
    return probe.problem;
  }

  return {
    clock,
    metrics,
    limits: createRequestLimits(limits),
    get state() {
      return state;
    },
    become(next) {
      state = next;
    },
    watch(instance, listeners) {
      watched = instance;
      metrics.watch(instance, listeners);
    },
    async readiness() {
      if (state !== "ready" || watched === null) {
        return { ready: false, reason: state === "stopping" ? "stopping" : "starting" };
      }
      const problem = await storageProblem(watched);
      return problem === null
        ? { ready: true, store: watched.storeKind }
        : { ready: false, reason: "storage", detail: problem };
    },
    close: () => metrics.close(),
  };
}
