import { mkdirSync } from "node:fs";
import { trustedDeviceMs as defaultTrustedDeviceMs } from "../accounts/index.ts";
import { beginAudit } from "../audit/index.ts";
import { type IsBreached, openBreachedPasswords } from "../authenticators/index.ts";
import { type Clock, type Random, systemClock, systemRandom, uuidv7 } from "../clock/index.ts";
import type { Provider } from "../delivery/index.ts";
import { addressOf } from "../engine/address.ts";
import { digestOfBinding, sharedBindingPrefix } from "../engine/binding.ts";
import {
  type Accounts,
  createAccounts,
  createEngine,
  type Engine,
  type EngineParts,
  type Log,
  tellReplaced,
} from "../engine/index.ts";
import { openWebhooks } from "../events/index.ts";
import { guardConfiguration } from "../guard/index.ts";
import { maskAddress, type NumberPolicy } from "../numbers/index.ts";
import {
  createPhones,
  createSandboxFaults,
  createSandboxProvider,
  type Phones,
  type SandboxFaults,
} from "../providers/sandbox/index.ts";
import type { Keyring } from "../secrets/index.ts";
import { key, refuseMoved, type Store } from "../store/index.ts";
import {
  completedKey,
  createDataKeyring,
  createDirectory,
  type DataKeyring,
  type IssuedKey,
  type Tenant,
} from "../tenants/index.ts";
import { type Bootstrapped, bootstrap } from "./bootstrap.ts";
import { type Callbacks, createCallbacks, createCarriers } from "./carriers.ts";
import { type CountedSeals, countUnderMissing, proveSecrets } from "./master-secret.ts";
import { type OpenedStore, openStore, type StoreKind } from "./open-store.ts";
import type { InstanceOptions } from "./options.ts";

export type { InstanceOptions };

/** Everything that runs, put together; HTTP is not part of it. */
export interface Instance {
  readonly engine: Engine;
  readonly accounts: Accounts;
  readonly parts: EngineParts;
  readonly store: Store;
  readonly storeKind: StoreKind;
  readonly tenant: Tenant;
  /** Only on the very first start: to be shown once. */
  readonly firstKey: IssuedKey | null;
  /** What carriers say to us. */
  readonly callbacks: Callbacks;
  readonly sandbox: { readonly phones: Phones; readonly faults: SandboxFaults } | null;
  /** Finishes what is under way and lets go of the data folder. */
  close(): Promise<void>;
}

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

/**
 * Opens the data folder and starts the engine on it.
 * @throws BreachedPasswordsUnusable, DataFolderInUse, DataMoved, DataUnreadable, SecretInvalid, StorageUnavailable
 */
export async function openInstance(options: InstanceOptions): Promise<Instance> {
  const clock = options.clock ?? systemClock();
  const random = options.random ?? systemRandom();
  const { breachedPasswords: list = null } = options;
  const isBreached = list === null ? undefined : await openBreachedPasswords(list);
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const opened = await openStore(options, clock, random);
  try {
    await options.onOpen?.();
    const store = options.watch?.(opened.store) ?? opened.store;
    return await openOn({ ...opened, store }, options, { clock, random, isBreached });
  } catch (cause) {
    await opened.store.close();
    throw cause;
  }
}

/** What an opening has made of the options by then. */
interface Ready {
  readonly clock: Clock;
  readonly random: Random;
  /** Undefined where there is no list of breached passwords. */
  readonly isBreached: IsBreached | undefined;
}

async function openOn(
  { store: plain, keyring: given, keepSecret, kind, once }: OpenedStore,
  options: InstanceOptions,
  { clock, random, isBreached }: Ready,
): Promise<Instance> {
  const counted = await countUnderMissing({ store: plain, now: clock.now() }, given);
  const made = await once(() => begin({ store: plain, given, keepSecret, clock, random, counted }, options));
  const { keyring } = made;
  const log = options.log ?? silent;
  tellReplaced(log, keyring);
  const meter = options.meter ?? { count: () => {} };
  const impure = { clock, random, log, meter };
  const dataKeyring = createDataKeyring({ store: plain, keyring, ...impure });
  const { store, webhooks } = await openEvents({ store: plain, keyring, dataKeyring }, options, impure);
  const sandbox =
    options.sandbox === false ? null : { phones: createPhones(clock), faults: createSandboxFaults() };
  const receiver: { engine: Engine | null } = { engine: null };
  const callbacks = createCallbacks({ clock, keyring, log, receiver, publicUrl: options.publicUrl ?? null });
  const providers = [...createCarriers(options.carriers, callbacks, clock), ...(options.providers ?? [])];
  if (sandbox !== null) providers.push(sandboxProvider(sandbox, clock, receiver, log));
  const numberPolicy = options.numberPolicy ?? { countries: "all" };
  const parts: EngineParts = {
    store,
    directory: createDirectory(store, clock),
    keyring,
    dataKeyring,
    clock,
    random,
    providers,
    statements: { issuer: options.publicUrl ?? "countersign", tenantId: made.tenant.id },
    ...accountParts(options, isBreached),
    numberPolicy,
    numberOverrides: options.numberOverrides ?? [],
    routes: options.routes ?? [],
    senders: options.senders ?? [],
    accountSenders: options.accountSenders ?? {},
    ...guardParts(options, numberPolicy),
    webhooks,
    log,
    meter,
    relyingParty: options.relyingParty ?? null,
    cell: options.cell ?? null,
    ...(kind === "embedded" ? { dataFolder: options.folder } : {}),
  };
  const engine = createEngine(parts, uuidv7(clock.now(), random));
  const accounts = createAccounts(parts, engine);
  receiver.engine = engine;
  return {
    engine,
    accounts,
    parts,
    store,
    storeKind: kind,
    tenant: made.tenant,
    firstKey: made.firstKey === null ? null : completedKey(keyring, made.tenant.id, made.firstKey),
    callbacks,
    sandbox,
    async close() {
      await engine.stop();
      await accounts.close();
      for (const one of providers) one.close?.();
      await store.close();
    },
  };
}

interface Beginning {
  readonly store: Store;
  readonly given: Keyring;
  readonly keepSecret: () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly counted: CountedSeals | null;
}

/** What is done once for an installation, while no other node does. */
async function begin(
  { store, given, keepSecret, clock, random, counted }: Beginning,
  options: InstanceOptions,
): Promise<Bootstrapped & { readonly keyring: Keyring }> {
  await refuseMoved(store, options.folder);
  const keyring = await proveSecrets({ store, random, now: clock.now(), counted }, given, keepSecret);
  await beginAudit({ store, keyring });
  const first = await bootstrap(store, clock, random, {
    apiKey: options.apiKey ?? null,
    brand: options.brand ?? "Countersign",
    keyring,
  });
  return { ...first, keyring };
}

function guardParts(
  { riskLookup, guard }: InstanceOptions,
  numbers: NumberPolicy,
): Pick<EngineParts, "riskLookup" | "guard"> {
  return {
    ...(riskLookup === undefined ? {} : { riskLookup }),
    ...(guard === undefined ? {} : { guard: guardConfiguration({ numbers, ...guard }) }),
  };
}

function accountParts(
  { trustedDeviceMs = defaultTrustedDeviceMs, accounts = {}, hashCost, rotationGraceMs }: InstanceOptions,
  isBreached: IsBreached | undefined,
): Pick<EngineParts, "trustedDeviceMs" | "accountSettings" | "hashCost" | "isBreached" | "rotationGraceMs"> {
  return {
    trustedDeviceMs,
    accountSettings: accounts,
    ...(hashCost === undefined ? {} : { hashCost }),
    ...(isBreached === undefined ? {} : { isBreached }),
    ...(rotationGraceMs === undefined ? {} : { rotationGraceMs }),
  };
}

function openEvents(
  {
    store,
    keyring,
    dataKeyring,
  }: Pick<OpenedStore, "store" | "keyring"> & { readonly dataKeyring: DataKeyring },
  { webhooks: rules, resolve }: InstanceOptions,
  { clock, random, log, meter }: Pick<EngineParts, "clock" | "random" | "log" | "meter">,
): ReturnType<typeof openWebhooks> {
  return openWebhooks({
    store,
    keyring,
    dataKeyring,
    clock,
    random,
    log,
    count: meter.count,
    masked: async (recipientId) => masked(await addressIn(store, keyring, recipientId)),
    unmasked: (recipientId) => addressIn(store, keyring, recipientId),
    bindingOf: (tenantId, dialect) => digestOfBinding(keyring, tenantId, sharedBindingPrefix + dialect),
    ...(rules === undefined ? {} : { rules }),
    ...(resolve === undefined ? {} : { resolve }),
  });
}

async function addressIn(store: Store, keyring: Keyring, recipientId: string): Promise<string | null> {
  const recipient = await store.get(key("recipient", recipientId));
  return recipient === undefined ? null : addressOf(keyring, recipient);
}

function masked(address: string | null): string | null {
  return address === null ? null : maskAddress(address);
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
