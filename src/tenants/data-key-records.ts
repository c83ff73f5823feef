/** The keys that a tenant's lasting secrets are sealed with, newest first: the first one seals, the others still open. */
export interface DataKeys {
  /** The tenant's. */
  readonly id: string;
  readonly keys: readonly DataKey[];
}

/** 256 random bits, which exist outside memory only sealed with the key-encryption key. */
export interface DataKey {
  /** What stands before each text that was sealed with it. */
  readonly id: string;
  /** The key itself, sealed; begins with the id of the master secret that gave the key-encryption key. */
  readonly wrapped: string;
  readonly createdAt: number;
  /** When the rotation began that made it; absent of a first key. */
  readonly rotationAt?: number;
}

/** What a rotation goes through, in this order; recipients last, since phones hold copies of their sealed addresses. */
export const rotatedTables = [
  "tenant",
  "dataKeys",
  "subscriber",
  "endpoint",
  "message",
  "event",
  "recipient",
] as const;

export type RotatedTable = (typeof rotatedTables)[number];

/** How everything that is sealed comes to the current keys: one row, of the last rotation or the one under way. */
export interface Rotation {
  readonly id: string;
  readonly startedAt: number;
  /** Whose data key is replaced; null for all tenants. */
  readonly tenantId: string | null;
  /** Whether data keys are replaced, or only wrapped again. */
  readonly replacesDataKeys: boolean;
  /** The master secret that everything is brought to: a node that seals with another one leaves it alone. */
  readonly keyId: string;
  /** Which time it goes through all tables: it is over only once a whole pass found nothing left. */
  readonly pass: number;
  /** What a request under way sealed with a former key is written by then: no pass before is the last one. */
  readonly passFrom: number;
  /** Where the pass is; null once all is done. */
  readonly place: { readonly table: RotatedTable; readonly after: string | null } | null;
  /** Rows looked at, and values sealed anew, in all and in this pass. */
  readonly looked: number;
  readonly sealed: number;
  readonly sealedInPass: number;
  /** Values that did not open, in this pass: they stay as they are. */
  readonly broken: number;
  readonly finishedAt: number | null;
  /** Which node works on it, and until when nobody else does. */
  readonly worker: string | null;
  readonly leaseUntil: number;
}

/** There is one at a time. */
export const rotationId = "current";
