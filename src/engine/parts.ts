import type { AccountSettings, RelyingParty } from "../accounts/index.ts";
import type { HashCost, IsBreached } from "../authenticators/index.ts";
import type { Clock, Random } from "../clock/index.ts";
import type { Provider, RouteRule, SenderRule } from "../delivery/index.ts";
import type { Webhooks } from "../events/index.ts";
import type { GuardConfiguration } from "../guard/index.ts";
import type { NumberOverride, NumberPolicy, RiskLookup } from "../numbers/index.ts";
import type { Keyring } from "../secrets/index.ts";
import type { Store } from "../store/index.ts";
import type { DataKeyring } from "../tenants/data-keyring.ts";
import type { Directory } from "../tenants/directory.ts";

/** Where the engine writes what an operator must know. A log call takes fields first, then one constant sentence. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Counts things that happen; names and labels come from fixed sets, never from callers. */
export interface Meter {
  /** `amount` is 1 unless it is given. */
  count(name: string, labels?: Readonly<Record<string, string>>, amount?: number): void;
}

/** Everything impure that the engine works with, passed in (DT-1). */
export interface EngineParts {
  readonly store: Store;
  readonly directory: Directory;
  readonly keyring: Keyring;
  /** Seals what tenants keep for years: seeds, and the secrets of endpoints. */
  readonly dataKeyring: DataKeyring;
  readonly clock: Clock;
  readonly random: Random;
  readonly providers: readonly Provider[];
  /** Which of them take what; without any, each follows the one before it. */
  readonly routes?: readonly RouteRule[];
  /** Who they send as, where that depends on the place; and as whom their accounts send. */
  readonly senders?: readonly SenderRule[];
  readonly accountSenders?: Readonly<Record<string, string>>;
  /** Whose word statements are, and of which tenant without naming it: the first. */
  readonly statements?: { readonly issuer: string; readonly tenantId: string };
  /** How long a device stays trusted; 0 for never. Default 30 days. */
  readonly trustedDeviceMs?: number;
  /** What an operator decides about accounts; each with a default. */
  readonly accountSettings?: Partial<AccountSettings>;
  readonly numberPolicy: NumberPolicy;
  readonly numberOverrides: readonly NumberOverride[];
  /** Who is asked about a line before a code goes there; absent where nobody is. */
  readonly riskLookup?: RiskLookup;
  /** What holds back messages that cost money; absent where none does, as in the sandbox. */
  readonly guard?: GuardConfiguration;
  /** Tells endpoints what happens; absent where nobody is told. */
  readonly webhooks?: Webhooks;
  readonly log: Log;
  readonly meter: Meter;
  /** Which of several installations this is: part of each verification's id. */
  readonly cell?: number | null;
  /** Who passkeys are for; without it there are none. */
  readonly relyingParty?: RelyingParty | null;
  /** Whether a password leaked somewhere; absent where there is no list of those. */
  readonly isBreached?: IsBreached;
  /** For tests: how long a rotation waits for requests that sealed with a former key. */
  readonly rotationGraceMs?: number;
  /** For tests: a hash that is made at once. */
  readonly hashCost?: HashCost;
  /** Where an embedded database lives, and its backups go; absent where the data is elsewhere. */
  readonly dataFolder?: string;
}
