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
  /** Runs once the data folder is held and before anything is made in it, such as a first key to be shown once. */
  readonly onOpen?: () => Promise<void>;
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
    await options.onOpen?.();
    return await openOn(store, options, clock, random);
  } catch (cause) {
    await store.close();
    throw cause;
  }
}

async function openOn(
  store: Store,
  options: InstanceOptions,
  clock: Clock,
  random: Random,
): Promise<Instance> {
  const secrets = options.secrets ?? [];
  const keyring = createKeyring(
    secrets.length > 0 ? secrets : [secretBesideDatabase(options.folder, random)],
  );
  await proveSecrets(store, keyring);
  const made = await bootstrap(store, clock, random, {
    apiKey: options.apiKey ?? null,
    brand: options.brand ?? "Countersign",
  });
  const log = options.log ?? silent;
  const sandbox =
    options.sandbox === false ? null : { phones: createPhones(clock), faults: createSandboxFaults() };
  const receiver: { engine: Engine | null } = { engine: null };
  const providers = [...(options.providers ?? [])];
  if (sandbox !== null) providers.push(sandboxProvider(sandbox, clock, receiver, log));
  const parts: EngineParts = {
    store,
    directory: createDirectory(store, clock),
    keyring,
    clock,
    random,
    providers,
    numberPolicy: options.numberPolicy ?? { countries: "all" },
    numberOverrides: options.numberOverrides ?? [],
    log,
    meter: options.meter ?? { count: () => {} },
    dataFolder: options.folder,
  };
  const engine = createEngine(parts, uuidv7(clock.now(), random));
  receiver.engine = engine;
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
}

function sandboxProvider(
  sandbox: { readonly phones: Phones; readonly faults: SandboxFaults },
  clock: Clock,
  receiver: { readonly engine: Engine | null },
  log: Log,
): Provider {
  return createSandboxProvider({
    clock,
    ...sandbox,
    onReceipt(reference, status, providerMessageId) {
      // A late receipt may find the store closed: that must not end the process.
      receiver.engine?.receipt({ reference, status, providerMessageId }).catch((cause: unknown) => {
        log.warn({ event: "receipt", reference, error: String(cause) }, "a receipt could not be applied");
      });
    },
  });
}

function given<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}
