import { mkdirSync } from "node:fs";
import { type Clock, type Random, systemClock, systemRandom, uuidv7 } from "../clock/index.ts";
import type { Provider } from "../delivery/index.ts";
import { createEngine, type Engine, type EngineParts, type Log, type Meter } from "../engine/index.ts";
import type { NumberOverride, NumberPolicy } from "../numbers/index.ts";
import {
  createPhones,
  createSandboxFaults,
  createSandboxProvider,
  type Phones,
  type SandboxFaults,
} from "../providers/sandbox/index.ts";
import { createKeyring, type Secret } from "../secrets/index.ts";
import { openSqliteStore, type Store } from "../store/index.ts";
import { createDirectory, type IssuedKey, type Tenant } from "../tenants/index.ts";
import { bootstrap } from "./bootstrap.ts";
import { proveSecrets, secretBesideDatabase } from "./master-secret.ts";

export interface InstanceOptions {
  readonly folder: string;
  /** The current master secret first; without any, one is kept beside the embedded database. */
  readonly secrets?: readonly Secret[];
  readonly apiKey?: Secret | null;
  readonly brand?: string;
  readonly sandbox?: boolean;
  readonly providers?: readonly Provider[];
  readonly numberPolicy?: NumberPolicy;
  readonly numberOverrides?: readonly NumberOverride[];
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly meter?: Meter;
  readonly lockWaitMs?: number;
  readonly batchMax?: number;
  readonly defer?: (turn: () => void) => void;
}

/** Everything that runs, put together; HTTP is not part of it. */
export interface Instance {
  readonly engine: Engine;
  readonly parts: EngineParts;
  readonly store: Store;
  readonly tenant: Tenant;
  /** Only on the very first start: to be shown once. */
  readonly firstKey: IssuedKey | null;
  readonly sandbox: { readonly phones: Phones; readonly faults: SandboxFaults } | null;
  /** Finishes what is under way and lets go of the data folder. */
  close(): Promise<void>;
}

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

/**
 * Opens the data folder and starts the engine on it.
 * @throws DataFolderInUse, DataUnreadable, SecretInvalid
 */
export async function openInstance(options: InstanceOptions): Promise<Instance> {
  const clock = options.clock ?? systemClock();
  const random = options.random ?? systemRandom();
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const store = await openSqliteStore({
    folder: options.folder,
    clock,
    ...given("lockWaitMs", options.lockWaitMs),
    ...given("batchMax", options.batchMax),
    ...given("defer", options.defer),
  });
  try {
    const secrets = options.secrets ?? [];
    const keyring = createKeyring(
      secrets.length > 0 ? secrets : [secretBesideDatabase(options.folder, random)],
    );
    await proveSecrets(store, keyring);
    const made = await bootstrap(store, clock, random, {
      apiKey: options.apiKey ?? null,
      brand: options.brand ?? "Countersign",
    });
    const sandbox =
      options.sandbox === false ? null : { phones: createPhones(clock), faults: createSandboxFaults() };
    const receive: { engine: Engine | null } = { engine: null };
    const providers = [...(options.providers ?? [])];
    if (sandbox !== null) {
      providers.push(
        createSandboxProvider({
          clock,
          ...sandbox,
          onReceipt: (reference, status, providerMessageId) =>
            void receive.engine?.receipt({ reference, status, providerMessageId }),
        }),
      );
    }
    const parts: EngineParts = {
      store,
      directory: createDirectory(store, clock),
      keyring,
      clock,
      random,
      providers,
      numberPolicy: options.numberPolicy ?? { countries: "all" },
      numberOverrides: options.numberOverrides ?? [],
      log: options.log ?? silent,
      meter: options.meter ?? { count: () => {} },
    };
    const engine = createEngine(parts, uuidv7(clock.now(), random));
    receive.engine = engine;
    return {
      engine,
      parts,
      store,
      ...made,
      sandbox,
      async close() {
        await engine.stop();
        await store.close();
      },
    };
  } catch (cause) {
    await store.close();
    throw cause;
  }
}

function given<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}
