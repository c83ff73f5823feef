import { deliveryIdParts, type TableName, type Tables } from "../port.ts";
import { challengeCodec, sessionCodec } from "./account.ts";
import { deliveryCodec } from "./delivery.ts";
import { recipientCodec } from "./recipient.ts";
import { verificationList, verificationOf } from "./verification.ts";

/** A row as a table holds it: what its columns say is not repeated in `doc`. */
export interface StoredRow {
  /** The id as in the keys of the port. */
  readonly id: string;
  /** Of recipients and verifications. */
  readonly tenantId?: string | null;
  /** Of verifications and deliveries. */
  readonly recipientId?: string | null;
  readonly doc: string;
}

interface RowCodec<T extends TableName> {
  readonly encode: (row: Tables[T]) => string;
  readonly decode: (stored: StoredRow) => Tables[T];
}

/** Rows of which there are few, and which people look at. */
const named = {
  encode: (row: unknown): string => JSON.stringify(row),
  decode: (stored: StoredRow): never => JSON.parse(stored.doc) as never,
};

const codecs: { readonly [T in TableName]: RowCodec<T> } = {
  recipient: {
    encode: (row) => JSON.stringify(recipientCodec.toList(row)),
    decode: ({ id, tenantId, doc }) => ({
      id,
      tenantId: tenantId as string,
      ...recipientCodec.fromList(listIn(doc)),
    }),
  },
  verification: {
    encode: (row) => JSON.stringify(verificationList(row)),
    decode: ({ id, tenantId, recipientId, doc }) =>
      ({ id, tenantId, recipientId, ...verificationOf(listIn(doc)) }) as Tables["verification"],
  },
  delivery: {
    encode: (row) => JSON.stringify(deliveryCodec.toList(row)),
    decode: ({ id, recipientId, doc }) => {
      const { verificationId, sequence } = deliveryIdParts(id);
      return {
        verificationId,
        sequence,
        recipientId: recipientId as string,
        ...deliveryCodec.fromList(listIn(doc)),
      };
    },
  },
  message: named,
  endpoint: named,
  event: named,
  optOut: named,
  subscriberName: named,
  subscriber: named,
  challenge: {
    encode: (row) => JSON.stringify(challengeCodec.toList(row)),
    decode: ({ id, doc }) => ({ id, ...challengeCodec.fromList(listIn(doc)) }),
  },
  session: {
    encode: (row) => JSON.stringify(sessionCodec.toList(row)),
    decode: ({ id, doc }) => ({ id, ...sessionCodec.fromList(listIn(doc)) }),
  },
  audit: named,
  dataKeys: named,
  rotation: named,
  idempotency: named,
  tenant: named,
  service: named,
  apiKey: named,
};

function listIn(doc: string): readonly unknown[] {
  return JSON.parse(doc) as readonly unknown[];
}

/** The `doc` of a row. */
export function encodeRow<T extends TableName>(table: T, row: Tables[T]): string {
  return codecs[table].encode(row);
}

export function decodeRow<T extends TableName>(table: T, stored: StoredRow): Tables[T] {
  return codecs[table].decode(stored);
}
