/** Who did something: whoever holds an API key, whoever may open the data folder, or an administrator of the console. */
export interface AuditActor {
  readonly kind: "key" | "machine" | "administrator";
  /** Of the key or the administrator; empty for the machine. */
  readonly id: string;
  /** An administrator's user name; absent for all others. */
  readonly name?: string;
}

/**
 * `failed`: it ended in a fault, and may be done in part. `repeated`: the request came again and was answered from
 * memory.
 */
export type AuditOutcome = "done" | "failed" | "repeated";

/** One administrative act. Neither a secret nor a number is in it. */
export interface AuditEntry {
  /** Its sequence in twelve digits, so that rows sort as they were written. */
  readonly id: string;
  /** 1 for the first, without a gap. */
  readonly sequence: number;
  readonly at: number;
  readonly actor: AuditActor;
  /** What the API calls it, such as `createKey`; acts of the console alone have names of their own. */
  readonly operation: string;
  /** Whose things it was about; null for the installation's. */
  readonly tenantId: string | null;
  /** The id of what it was done to; null where it has none. */
  readonly target: string | null;
  readonly outcome: AuditOutcome;
  /** Where the request came from; null for this machine. */
  readonly address: string | null;
  /** Which master secret its digest was made with. */
  readonly keyId: string;
  /** HMAC-SHA-256 over the entry and the digest of the one before it. */
  readonly digest: string;
}

/** Where the chain stands: locked by everybody who appends. */
export interface AuditHead {
  readonly id: "head";
  readonly last: AuditLink;
  /** The last entry that was removed because of its age; sequence 0 and no digest while none was. */
  readonly removed: AuditLink;
  /** The first entry that was written after somebody had changed the head or taken it away; absent while nobody did. */
  readonly brokenAt?: number;
  /** Up to here an operator took the log as it was: it is verified from behind there. Absent while nobody had to. */
  readonly acceptedUntil?: AuditLink;
  readonly keyId: string;
  /** HMAC-SHA-256 over all of it: without the secret nobody cuts the chain shorter. */
  readonly digest: string;
}

/** One place of the chain. */
export interface AuditLink {
  readonly sequence: number;
  readonly digest: string;
}

/** The audit log is one table: its entries, and behind them its head. */
export type AuditRow = AuditEntry | AuditHead;

/** What is known of an act before it has its place in the chain. */
export type AuditAct = Pick<
  AuditEntry,
  "actor" | "operation" | "tenantId" | "target" | "outcome" | "address"
>;
