/** What the process that is measured is told when it starts, as the JSON of its one argument. */
export type ServerSetup = BareSetup | CountersignSetup | TutorialSetup | BetterAuthSetup;

export interface BareSetup {
  readonly mode: "bare";
}

export interface CountersignSetup {
  readonly mode: "countersign";
  readonly folder: string;
  /** PostgreSQL instead of the embedded database. */
  readonly databaseUrl?: string;
  /** Operations in one transaction; 1 turns group commit off. */
  readonly batchMax?: number;
  /** Spoken to through another vendor's API instead of our own. */
  readonly facade?: FacadeSpoken;
  /** With enrolled people: the pairs are challenges, and there is a sign-in. */
  readonly people?: PeopleSetup;
}

export interface PeopleSetup {
  /** What a challenge is met with: the code of an app, or one that is sent to a phone. */
  readonly meets: "app" | "phone";
  readonly count: number;
  /** Those among them who have a password. */
  readonly passwords: number;
}

export type FacadeSpoken = "vonage" | "telnyx";

/** The server of a tutorial: a map in memory, a code of six digits, no limit. */
export interface TutorialSetup {
  readonly mode: "tutorial";
}

export interface BetterAuthSetup {
  readonly mode: "betterAuth";
  readonly folder: string;
  /** PostgreSQL instead of SQLite in the folder. */
  readonly databaseUrl?: string;
  /** `verify` signs a new user up and in, over its own routes; `consume` only uses the code up. */
  readonly check: "verify" | "consume";
}

/** `begin` and `stats` stand around what is measured: delays are watched between them alone. */
export type Question = "begin" | "stats" | "drain" | "stop";

/** Where codes leave the measured process: after stdin, stdout, stderr and the IPC channel. */
export const codesDescriptor = 4;

/** What the measured process tells about itself; times since its start, delays since `begin`. */
export interface ServerStats {
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** Messages that arrived on virtual phones. */
  readonly delivered: number;
  readonly loopDelayMs: {
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
}

export type ServerReport =
  | {
      readonly type: "listening";
      readonly port: number;
      readonly key: string;
      /** Where the rows go, as the server itself sees it; null where there are none. */
      readonly store: "sqlite" | "postgres" | null;
    }
  | { readonly type: "stats"; readonly stats: ServerStats }
  | { readonly type: "drained" };

/** The header `authorization` carries a key of the length that real ones have, also where nobody reads it. */
export const benchKey = "cs_bench-0123456789abcdefghijklmnopqrstuvwxyz-01";

/** Given to the server, so that a database filled beforehand and the server that opens it agree. */
export const benchSecret = "bench: Zk3vQ9xL2mN8pR5tW1yB7cD4fG6hJ0sA";

/** The password of all who have one. */
export const benchPassword = "nine rowing margarets";

/** The verify profile that the load names in Telnyx's API. */
export const benchProfile = "12ade33a-21c0-473b-b055-b3c836e1c292";
