import { type Static, Type } from "../../schemas/index.ts";
import { type ApiKey, dialects, type IssuedKey, scopes } from "../../tenants/index.ts";
import { Instant, iso, isoOrNull, listOf, opaque, orNull, strict } from "./schemas.ts";

export const scopeSchema = Type.Enum([...scopes]);

const keyName = opaque(60, "For people: who or what uses the key");
const range = Type.String({ minLength: 4, maxLength: 50, description: "CIDR, such as 192.0.2.0/24" });

export const NewKeyBody = strict(
  {
    name: keyName,
    scopes: Type.Array(scopeSchema, { minItems: 1, maxItems: scopes.length, uniqueItems: true }),
    allowedAddresses: Type.Optional(
      Type.Array(range, {
        maxItems: 50,
        description: "Where the key may be used from; empty for everywhere",
      }),
    ),
    expiresAt: Type.Optional(Instant),
  },
  { title: "NewKey" },
);

export const RotateBody = Type.Optional(
  strict(
    {
      overlapSeconds: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 2_592_000,
          description: "How long the old key still works; default one day, 0 revokes it at once",
        }),
      ),
    },
    { title: "Rotation" },
  ),
);

export const overlapSecondsDefault = 86_400;

export const DialectParams = Type.Object({
  id: Type.String({ maxLength: 64, description: "UUIDv7" }),
  dialect: Type.String({ maxLength: 32, description: dialects.join(", ") }),
});

const DialectBody = Type.Object({ user: Type.String(), revokedAt: orNull(Instant) });

const record = {
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(scopeSchema),
  allowedAddresses: Type.Array(Type.String()),
  createdAt: Instant,
  expiresAt: orNull(Instant),
  revokedAt: orNull(Instant),
  lastUsedAt: orNull(Instant),
  dialects: Type.Object({
    vonage: Type.Optional(DialectBody),
    twilio: Type.Optional(DialectBody),
    telnyx: Type.Optional(DialectBody),
    flowroute: Type.Optional(DialectBody),
  }),
};

export const KeyBody = Type.Object(record, { title: "Key" });

const publicKey = Type.String({ description: "What Telnyx's clients verify webhooks with" });
const signatureSecret = Type.String({
  description: "For clients that sign their requests instead of sending the secret",
});

/** What may be shown at any time, but to whom. */
export const KeyDetailsBody = Type.Object(
  {
    ...record,
    telnyx: Type.Object({ publicKey }),
    vonage: Type.Optional(
      Type.Object(
        { signatureSecret },
        { description: "Only for the key that asks, and for the administrator of the machine" },
      ),
    ),
  },
  { title: "KeyDetails" },
);

/** Shown once: the bearer secret, and what each vendor's client wants. Absent when a request is repeated. */
const secrets = {
  key: Type.Optional(Type.String({ description: "The bearer secret; shown once" })),
  vonage: Type.Optional(
    Type.Object({
      apiKey: Type.String(),
      apiSecret: Type.String(),
      signatureSecret: Type.Optional(signatureSecret),
    }),
  ),
  twilio: Type.Optional(Type.Object({ accountSid: Type.String(), authToken: Type.String() })),
  telnyx: Type.Optional(Type.Object({ apiKey: Type.String(), publicKey: Type.Optional(publicKey) })),
  flowroute: Type.Optional(Type.Object({ accessKey: Type.String(), secretKey: Type.String() })),
};

export const IssuedKeyBody = Type.Object({ ...record, ...secrets }, { title: "IssuedKey" });
export const KeyListBody = listOf(KeyBody, "KeyList");

/** A key as its tenant sees it: nothing in it opens anything. */
export function toKeyBody(apiKey: ApiKey, lastUsedAt: number | null): Static<typeof KeyBody> {
  const shown = Object.fromEntries(
    Object.entries(apiKey.dialects).map(([dialect, { user, revokedAt }]) => [
      dialect,
      { user, revokedAt: isoOrNull(revokedAt) },
    ]),
  );
  return {
    id: apiKey.id,
    name: apiKey.name,
    scopes: [...apiKey.scopes],
    allowedAddresses: [...apiKey.allowedAddresses],
    createdAt: iso(apiKey.createdAt),
    expiresAt: isoOrNull(apiKey.expiresAt),
    revokedAt: isoOrNull(apiKey.revokedAt),
    lastUsedAt: isoOrNull(lastUsedAt),
    dialects: shown,
  };
}

/** The one answer that holds secrets; a repeated request gets the record alone. */
export function toIssuedBody(
  apiKey: ApiKey,
  lastUsedAt: number | null,
  issued: IssuedKey | null,
): Static<typeof IssuedKeyBody> {
  return { ...toKeyBody(apiKey, lastUsedAt), ...issued };
}
