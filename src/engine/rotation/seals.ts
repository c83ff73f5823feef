import type { Authenticator, Subscriber } from "../../accounts/index.ts";
import { parsePasswordHash } from "../../authenticators/index.ts";
import { askedContext, secretContext } from "../../events/index.ts";
import { messageContext, type SealContext } from "../../secrets/index.ts";
import type { TableName, Tables } from "../../store/index.ts";
import { contextOf } from "../accounts/sealed-columns.ts";
import { addressContext } from "../address.ts";

/** A sealed text in a row, and where it is bound to. */
export interface SealedValue {
  readonly context: SealContext;
  readonly sealed: string;
}

/** What is sealed with the tenant's data key; everything else with the master secret. */
const underDataKeys: ReadonlySet<string> = new Set(["subscribers.seed", "endpoints.secret"]);

/** Table and column, as the commands name them. */
export function valueName({ table, column }: SealContext): string {
  return `${table}.${column}`;
}

export function isUnderDataKey(context: SealContext): boolean {
  return underDataKeys.has(valueName(context));
}

type Seals = { readonly [T in TableName]?: (row: Tables[T]) => readonly SealedValue[] };

/** Every column that holds sealed texts. Codes of callers are gone within the hour, and are only counted. */
const seals: Seals = {
  recipient: ({ id, tenantId, sealedAddress }) => [
    { context: addressContext(id, tenantId), sealed: sealedAddress },
  ],
  subscriber: sealsOfSubscriber,
  endpoint: ({ id, tenantId, secrets }) =>
    secrets.map(({ sealed }) => ({ context: secretContext(id, tenantId), sealed })),
  message: (row) => [
    { context: messageContext(row, "text"), sealed: row.sealedText },
    ...(row.receipts === undefined
      ? []
      : [{ context: messageContext(row, "receipts"), sealed: row.receipts.sealedUrl }]),
  ],
  event: ({ eventId, tenantId, data: { sealed } }) =>
    typeof sealed === "string" ? [{ context: askedContext(eventId, tenantId), sealed }] : [],
};

/** What a row holds sealed. */
export function sealsOf<T extends TableName>(table: T, row: Tables[T]): readonly SealedValue[] {
  return (seals[table] as ((row: Tables[T]) => readonly SealedValue[]) | undefined)?.(row) ?? [];
}

function sealsOfSubscriber(row: Subscriber): readonly SealedValue[] {
  const { id, tenantId, sealedName, authenticators } = row;
  return [
    { context: contextOf("name", id, tenantId), sealed: sealedName },
    ...authenticators.flatMap((one) => sealsOfAuthenticator(one, tenantId)),
  ];
}

function sealsOfAuthenticator(one: Authenticator, tenantId: string): readonly SealedValue[] {
  switch (one.type) {
    case "phone": {
      const number = { context: contextOf("number", one.id, tenantId), sealed: one.sealedNumber };
      if (one.recipient === undefined) return [number];
      // A copy of what its recipient's row holds (ADR 57).
      const { id, sealedAddress } = one.recipient;
      return [number, { context: addressContext(id, tenantId), sealed: sealedAddress }];
    }
    case "email":
      return [{ context: contextOf("address", one.id, tenantId), sealed: one.sealedAddress }];
    case "totp":
      return [{ context: contextOf("seed", one.id, tenantId), sealed: one.sealedSeed }];
    case "recoveryCodes":
    case "passkey":
      return [];
    default:
      return one satisfies never;
  }
}

/** The master secrets whose pepper is in somebody's password and recovery codes. */
export function peppersOf({ password, authenticators }: Subscriber): readonly string[] {
  const codes = authenticators.flatMap((one) => (one.type === "recoveryCodes" ? one.codes : []));
  const hashes = [...(password === null ? [] : [password]), ...codes.map(({ hash }) => hash)];
  return hashes.flatMap((text) => {
    const hash = parsePasswordHash(text);
    return hash?.type === "argon2id" && hash.keyId !== null ? [hash.keyId] : [];
  });
}

/**
 * The row with other ciphertexts in place of those that are to be replaced, wherever they are in it; what changed
 * meanwhile stays. The same row where there was none of them.
 */
export function withSeals<R>(row: R, replaced: ReadonlyMap<string, string>): R {
  let isChanged = false;
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") {
      const other = replaced.get(value);
      isChanged ||= other !== undefined;
      return other ?? value;
    }
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one)]));
  };
  const next = walk(row) as R;
  return isChanged ? next : row;
}
