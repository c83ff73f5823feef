import type { AccountSettings, RelyingParty } from "../accounts/index.ts";
import type { HashCost } from "../authenticators/index.ts";
import type { Clock, Random } from "../clock/index.ts";
import type { CarrierSettings } from "../config/index.ts";
import type { Provider, RouteRule, SenderRule } from "../delivery/index.ts";
import type { Log, Meter } from "../engine/index.ts";
import type { DestinationRules, Resolve } from "../events/index.ts";
import type { GuardConfiguration } from "../guard/index.ts";
import type { NumberOverride, NumberPolicy, RiskLookup } from "../numbers/index.ts";
import type { Secret } from "../secrets/index.ts";
import type { Store } from "../store/index.ts";

/** What an instance is put together from; everything but the folder has a default. */
export interface InstanceOptions {
  readonly folder: string;
  /** PostgreSQL instead of the embedded database: then the secret must be given. */
  readonly databaseUrl?: Secret | null;
  /** Which of several installations this is, 0 to 255: part of each verification's id. */
  readonly cell?: number | null;
  /** The current master secret first; without any, one is kept beside the embedded database. */
  readonly secrets?: readonly Secret[];
  readonly apiKey?: Secret | null;
  readonly brand?: string;
  readonly sandbox?: boolean;
  readonly providers?: readonly Provider[];
  /** Accounts of real carriers, which come before `providers`. */
  readonly carriers?: CarrierSettings;
  /** Where carriers reach this installation; without it nothing is told of receipts. */
  readonly publicUrl?: string | null;
  /** Whose passkeys are; without it there are none. */
  readonly relyingParty?: RelyingParty | null;
  readonly routes?: readonly RouteRule[];
  readonly senders?: readonly SenderRule[];
  readonly accountSenders?: Readonly<Record<string, string>>;
  /** How long a device stays trusted; 0 for never. */
  readonly trustedDeviceMs?: number;
  readonly numberPolicy?: NumberPolicy;
  /** What holds back messages that cost money; without it none is held back. */
  readonly guard?: Partial<GuardConfiguration> & Pick<GuardConfiguration, "moneyPerDay">;
  /** What an operator decides about accounts; each with a default. */
  readonly accounts?: Partial<AccountSettings>;
  /** Where events may be posted beside the public network. */
  readonly webhooks?: DestinationRules;
  /** For tests: the addresses of a receiver's name. */
  readonly resolve?: Resolve;
  /** For tests: how long a rotation waits for requests that sealed with a former key. */
  readonly rotationGraceMs?: number;
  /** For tests: a hash that is made at once. */
  readonly hashCost?: HashCost;
  /** A file or a folder of passwords that leaked, which nobody may choose; null for none. */
  readonly breachedPasswords?: string | null;
  readonly numberOverrides?: readonly NumberOverride[];
  /** Who is asked about a line before a code goes there. */
  readonly riskLookup?: RiskLookup;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly meter?: Meter;
  readonly lockWaitMs?: number;
  readonly batchMax?: number;
  /** From how many rows on a batch of the embedded store goes to its journal first. */
  readonly journaledMin?: number;
  readonly defer?: (turn: () => void) => void;
  readonly sync?: (done: (cause: Error | null) => void) => void;
  /** Stands between the store and all who work on it, to see what is committed. */
  readonly watch?: (store: Store) => Store;
  /** Runs once the data folder is held and before anything is made in it, such as a first key to be shown once. */
  readonly onOpen?: () => Promise<void>;
}
