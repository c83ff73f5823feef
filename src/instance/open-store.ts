import { join } from "node:path";
import type { Clock, Random } from "../clock/index.ts";
import { createKeyring, type Keyring, type Secret, SecretInvalid } from "../secrets/index.ts";
import { openPostgresStore, openSqliteStore, type Store } from "../store/index.ts";
import { secretBesideDatabase } from "./master-secret.ts";
import type { InstanceOptions } from "./options.ts";

export type StoreKind = "embedded" | "postgresql";

/** A store, and what is true of its kind alone. */
export interface OpenedStore {
  readonly store: Store;
  readonly kind: StoreKind;
  readonly keyring: Keyring;
  /** Writes a secret down that was made for this start. */
  keepSecret(): void;
  /** Runs what is done once for an installation, while no other node does. */
  once<R>(work: () => Promise<R>): Promise<R>;
}

/** Opens PostgreSQL where an address is given, else the embedded database of the data folder. */
export async function openStore(
  options: InstanceOptions,
  clock: Clock,
  random: Random,
): Promise<OpenedStore> {
  const secrets = options.secrets ?? [];
  if (options.databaseUrl !== undefined && options.databaseUrl !== null) {
    if (secrets.length === 0) {
      throw new SecretInvalid(
        "nodes that share a database share a master secret: give each the same one, in COUNTERSIGN_SECRET or in `secrets`",
      );
    }
    const keyring = createKeyring(secrets);
    const store = await openPostgresStore({
      url: options.databaseUrl.reveal(),
      // Without a clock of the caller, time comes from the database: the nodes' own may differ.
      ...given("clock", options.clock),
      ...given("batchMax", options.batchMax),
      onWarning: (sentence) => options.log?.warn({ event: "database" }, sentence),
    });
    return {
      store,
      kind: "postgresql",
      keyring,
      keepSecret: () => {},
      once: (work) => store.exclusively(work),
    };
  }
  const store = await openSqliteStore({
    folder: options.folder,
    clock,
    ...given("lockWaitMs", options.lockWaitMs),
    ...given("batchMax", options.batchMax),
    ...given("defer", options.defer),
    ...given("journaledMin", options.journaledMin),
    ...given("sync", options.sync),
  });
  try {
    const own = secrets.length > 0 ? null : secretBesideDatabase(options.folder, random);
    const keyring = own === null ? createKeyring(secrets) : ringOfFolder(own.secret, options.folder);
    // The folder is held: nobody else is there.
    return { store, kind: "embedded", keyring, keepSecret: () => own?.keep(), once: (work) => work() };
  } catch (cause) {
    await store.close();
    throw cause;
  }
}

/** The secret was made here, so that another one would open nothing of what is here. */
function ringOfFolder(secret: Secret, folder: string): Keyring {
  try {
    return createKeyring([secret]);
  } catch (cause) {
    if (!(cause instanceof SecretInvalid)) throw cause;
    const message = `${join(folder, "secret")} is not the master secret that was made there; put back the whole file, as it was copied with a backup`;
    throw new SecretInvalid(message, { cause });
  }
}

function given<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}
