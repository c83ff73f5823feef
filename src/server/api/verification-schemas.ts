import { Type } from "../../schemas/index.ts";
import { type AlphabetName, alphabets } from "../../verification/index.ts";
import { forms } from "../forms.ts";
import { Instant, listOf, opaque, orNull, pageQuery, strict } from "./schemas.ts";

export const channelSchema = Type.Enum(["sms", "voice", "email"]);
export const statusSchema = Type.Enum([
  "pending",
  "approved",
  "canceled",
  "expired",
  "exhausted",
  "undeliverable",
]);

export const platformSchema = Type.Enum(["web", "android", "none"], {
  description: "What reads the code by itself: a page, an Android app, or nothing",
});

export const Amount = strict({
  currency: Type.String({ minLength: 3, maxLength: 3, description: "ISO 4217 code, such as EUR" }),
  value: Type.String({ minLength: 1, maxLength: 20, description: "Decimal with a point, such as 10.50" }),
});

export const Metadata = Type.Record(
  Type.String({ pattern: forms.metadataName.pattern }),
  Type.String({ maxLength: 200 }),
  {
    maxProperties: 10,
    additionalProperties: false,
  },
);

export const bindingLengthMax = 200;
const bindingSchema = (description: string) =>
  Type.String({
    minLength: 1,
    maxLength: bindingLengthMax,
    pattern: forms.binding.pattern,
    description,
  });

export const StartBody = Type.Object(
  {
    to: Type.String({
      minLength: 1,
      maxLength: 254,
      description: "Phone number in international form, or an e-mail address",
    }),
    channel: Type.Optional(channelSchema),
    workflow: Type.Optional(
      Type.Array(
        Type.Object(
          { channel: channelSchema, waitSeconds: Type.Integer({ minimum: 15, maximum: 2_700 }) },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 10 },
      ),
    ),
    service: Type.Optional(opaque(64, "Id or name of a service")),
    brand: Type.Optional(opaque(20, "Named in the text")),
    locale: Type.Optional(
      opaque(
        35,
        "BCP 47 language tag; one that we have no words in is answered in the nearest, or in English",
      ),
    ),
    platform: Type.Optional(platformSchema),
    host: Type.Optional(opaque(50, "Of the service's `texts.hosts`, the one whose page reads the code")),
    appHash: Type.Optional(
      opaque(11, "Of the service's `texts.appHashes`, the one of the app that reads the code"),
    ),
    codeLength: Type.Optional(Type.Integer({ minimum: 4, maximum: 10 })),
    alphabet: Type.Optional(Type.Enum(Object.keys(alphabets) as AlphabetName[])),
    code: Type.Optional(Type.String({ minLength: 4, maxLength: 10, description: "A code of your own" })),
    purpose: Type.Optional(Type.String({ pattern: forms.purpose.pattern })),
    subject: Type.Optional(opaque(200, "Your id of the user")),
    binding: Type.Optional(bindingSchema("Opaque handle of the browser or session that starts")),
    amount: Type.Optional(Amount),
    payee: Type.Optional(opaque(120, "Who is paid")),
    clientRef: Type.Optional(opaque(100, "Your reference")),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false, title: "Start" },
);

export const CheckBody = Type.Object(
  {
    code: Type.String({ maxLength: 1_000 }),
    to: Type.Optional(Type.String({ minLength: 1, maxLength: 254 })),
    binding: Type.Optional(bindingSchema("What the start was given")),
    subject: Type.Optional(opaque(200, "What the start was given")),
    amount: Type.Optional(Amount),
    payee: Type.Optional(opaque(120, "What the start was given")),
  },
  { additionalProperties: false, title: "Check" },
);

export const ContinueBody = Type.Optional(
  strict({ binding: Type.Optional(bindingSchema("What the start was given")) }, { title: "Continuation" }),
);

export const SettleBody = Type.Object(
  {
    status: Type.Enum(["approved", "canceled"]),
    binding: Type.Optional(bindingSchema("What the start was given")),
  },
  { additionalProperties: false, title: "Settlement" },
);

const verification = {
  id: Type.String(),
  status: statusSchema,
  to: orNull(Type.String({ description: "In full; null only where what is kept of it cannot be read" })),
  channel: channelSchema,
  step: Type.Integer(),
  steps: Type.Integer(),
  service: Type.String(),
  purpose: Type.String(),
  subject: orNull(Type.String()),
  brand: Type.String(),
  locale: Type.String(),
  amount: orNull(Type.Object({ currency: Type.String(), value: Type.String() })),
  payee: orNull(Type.String()),
  clientRef: orNull(Type.String()),
  metadata: orNull(Type.Record(Type.String(), Type.String())),
  checksLeft: Type.Integer(),
  sends: Type.Integer(),
  createdAt: Instant,
  codeExpiresAt: orNull(Instant),
  nextStepAt: orNull(Instant),
  endsAt: Instant,
  settledAt: orNull(Instant),
  settledByTenant: Type.Boolean(),
  assurance: Type.Optional(
    Type.Object({
      aal: orNull(Type.Integer()),
      restricted: Type.Boolean(),
      phishingResistant: Type.Boolean(),
    }),
  ),
};

/** A verification as every verb answers it. */
export const VerificationBody = Type.Object(verification, { title: "Verification" });

const AttemptBody = Type.Object({
  provider: Type.String(),
  at: Instant,
  answer: Type.Enum(["none", "accepted", "rejected", "notSent", "unknown"]),
  reason: orNull(Type.String({ description: "Stable; why the provider did not take it" })),
  possibleDuplicate: Type.Boolean({ description: "Sent although an earlier attempt may have arrived" }),
});

const verdictSchema = Type.Enum(["allow", "challenge", "defer", "deny"]);

/** Why a message could cost money, or not. */
export const GuardBody = Type.Object({
  verdict: verdictSchema,
  reasons: Type.Array(
    Type.Object({
      rule: Type.String(),
      verdict: verdictSchema,
      reason: Type.String({ description: "Stable; what the rule found" }),
      detail: Type.String(),
      retryAt: orNull(Instant),
    }),
  ),
});

const costSchema = orNull(
  Type.String({
    description:
      "What it cost, in the currency of COUNTERSIGN_PRICES; null where nothing costs anything, and for keys of other tenants than the first",
  }),
);

export const deliveryStateSchema = Type.Enum([
  "queued",
  "sending",
  "unknown",
  "accepted",
  "delivered",
  "failed",
  "unconfirmed",
  "dropped",
]);

export const DeliveryBody = Type.Object(
  {
    id: Type.String(),
    step: Type.Integer(),
    channel: channelSchema,
    provider: orNull(Type.String()),
    state: deliveryStateSchema,
    cause: Type.Enum(["start", "resend", "next", "automatic"]),
    createdAt: Instant,
    encoding: orNull(Type.String({ description: "`gsm7` or `ucs2`, of an SMS once it left" })),
    segments: orNull(Type.Integer({ description: "What an SMS took, once it left" })),
    cost: costSchema,
    guard: orNull(GuardBody),
    attempts: Type.Array(AttemptBody),
  },
  { title: "Delivery" },
);

/** A verification with all that happened to it, and never a code. */
export const VerificationDetailsBody = Type.Object(
  {
    ...verification,
    cost: costSchema,
    deliveries: Type.Array(DeliveryBody),
    checks: Type.Array(Type.Object({ at: Instant, right: Type.Boolean() })),
  },
  { title: "VerificationDetails" },
);

/** In a list `to` is masked: only who asks for one verification sees its number. */
const masked = "Masked; null only where what is kept of it cannot be read";
export const ListedVerificationBody = Type.Object(
  { ...verification, to: orNull(Type.String({ description: masked })) },
  { title: "ListedVerification" },
);
export const VerificationListBody = listOf(ListedVerificationBody, "VerificationList");

export const VerificationQuery = strict({
  to: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 254,
      description: "Phone number in international form, or an e-mail address",
    }),
  ),
  status: Type.Optional(statusSchema),
  ...pageQuery,
});
export { IdParams } from "./schemas.ts";
