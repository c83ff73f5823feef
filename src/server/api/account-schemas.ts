import type {
  AuthenticatorView,
  Recalled,
  SessionView,
  SubscriberView,
  VerificationView,
} from "../../engine/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { NewlyTrustedBody } from "./device-schemas.ts";
import { bearer, binding, browser, CreationOptionsBody, device, PasskeyBody } from "./passkey-schemas.ts";
import { Instant, iso, isoOrNull, listOf, opaque, orNull, pageQuery, strict } from "./schemas.ts";
import { maskedOrNull } from "./verification-body.ts";

export const subscriberName = opaque(
  128,
  "A user name, or your own id of the person: unique, whatever its case",
);
const password = Type.String({
  minLength: 1,
  maxLength: 1_024,
  description: "Judged by its length and its rarity",
});
const label = Type.Optional(opaque(60, "What its owner calls it"));
const stepUp = Type.Optional(
  opaque(64, "Id of a challenge with the purpose `manage`, approved in the last ten minutes"),
);
export const channel = Type.Optional(Type.Enum(["sms", "voice"]));
export const code = Type.String({ minLength: 1, maxLength: 64 });
export const trustedDevice = Type.Optional(
  opaque(200, "What a trusted device presents, as the answer of a check said it"),
);
export const audience = opaque(
  200,
  "Who is to believe a signed statement of this, such as the address of one of your programs",
);
export const deviceName = opaque(60, "What its owner calls this device, to trust it from now on");

export const NewSubscriberBody = strict(
  {
    name: subscriberName,
    password: Type.Optional(password),
    passwordHash: Type.Optional(
      opaque(512, "Instead of a password: argon2id, scrypt, bcrypt or PBKDF2 as their libraries write it"),
    ),
    mustHaveSecond: Type.Optional(
      Type.Boolean({ description: "Whether a password alone never signs in; default true" }),
    ),
    locale: Type.Optional(
      opaque(35, "BCP 47: in which language they get codes and notices; default that of the service"),
    ),
  },
  { title: "NewSubscriber" },
);

export const PasswordBody = strict(
  {
    password,
    stepUp,
    current: Type.Optional(
      Type.String({ maxLength: 1_024, description: "Asked for where nothing is enrolled" }),
    ),
    session: Type.Optional(bearer),
    device,
  },
  { title: "NewPassword" },
);

export const NewAuthenticatorBody = strict(
  {
    type: Type.Enum(["phone", "totp", "recoveryCodes", "email", "passkey"]),
    number: Type.Optional(opaque(64, "Of a phone, in international form")),
    address: Type.Optional(opaque(254, "Of an e-mail address")),
    channel,
    issuer: Type.Optional(
      opaque(
        64,
        "Of an app: what it shows above the code; default what a `uri` says, else the brand of the first service",
      ),
    ),
    seed: Type.Optional(opaque(256, "Of an app that was enrolled elsewhere, in base32")),
    uri: Type.Optional(
      opaque(
        8_192,
        "Instead: its `otpauth://totp/` address, or the export of an app (`otpauth-migration://`)",
      ),
    ),
    account: Type.Optional(opaque(256, "Which account of an export, by its name there")),
    displayName: Type.Optional(opaque(64, "Of a passkey: what the browser shows its owner as their name")),
    binding: Type.Optional(binding),
    label,
    stepUp,
  },
  { title: "NewAuthenticator" },
);

export const UpdateAuthenticatorBody = strict(
  {
    label,
    isPreferred: Type.Optional(Type.Boolean({ description: "Whether a challenge offers it first" })),
    channel: Type.Optional(
      Type.Enum(["sms", "voice"], { description: "Of a phone: how codes come unless one is asked for" }),
    ),
  },
  { title: "UpdateAuthenticator" },
);

export const SendBody = strict({ channel }, { title: "SendEnrolment" });

export const ConfirmBody = strict(
  {
    code: Type.Optional(code),
    passkey: Type.Optional(PasskeyBody),
    binding: Type.Optional(binding),
    session: Type.Optional(bearer),
    trustDevice: Type.Optional(deviceName),
  },
  { title: "ConfirmAuthenticator" },
);

export const SignInBody = strict(
  {
    name: Type.String({ maxLength: 256 }),
    password: Type.String({ maxLength: 4_096 }),
    device,
    trustedDevice,
    browser,
  },
  { title: "SignIn" },
);

export const StatementOfBody = strict({ audience }, { title: "NewStatement" });

export const StatementBody = Type.Object(
  {
    statement: orNull(Type.String({ description: "ES256, in this answer and never again" })),
    endsAt: orNull(Instant),
  },
  { title: "Statement" },
);

export const AuthenticatorParams = Type.Object({
  id: Type.String({ maxLength: 64, description: "UUIDv7 of the subscriber" }),
  authenticator: Type.String({ maxLength: 64, description: "UUIDv7 of the authenticator" }),
});

export const SubscriberQuery = strict({
  name: Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: "Only the one of this name" }),
  ),
  ...pageQuery,
});

export const sessionHeaders = {
  "Countersign-Session": "The bearer of a session of ours.",
} as const;

export const holderHeaders = {
  "Countersign-Binding": "What the start was given as `binding`; with another or none, nothing is found.",
  ...sessionHeaders,
} as const;

export const stepUpHeaders = {
  "Countersign-Step-Up": "Id of a challenge with the purpose `manage`, approved in the last ten minutes.",
} as const;

export const AssuranceBody = Type.Object(
  {
    aal: Type.Integer({ minimum: 0, maximum: 2, description: "As in NIST SP 800-63B-4" }),
    restricted: Type.Boolean({ description: "Rests on the telephone network alone" }),
    phishingResistant: Type.Boolean(),
  },
  { title: "Assurance" },
);

export const AuthenticatorBody = Type.Object(
  {
    id: Type.String(),
    type: Type.Enum(["phone", "totp", "recoveryCodes", "passkey", "email"]),
    name: Type.String(),
    isConfirmed: Type.Boolean(),
    isDisabled: Type.Boolean(),
    isRestricted: Type.Boolean(),
    isPreferred: Type.Boolean(),
    channel: Type.Union([Type.Enum(["sms", "voice"]), Type.Null()], { description: "Of a phone" }),
    number: orNull(Type.String({ description: "Of a phone, masked" })),
    address: orNull(Type.String({ description: "Of an e-mail address, masked" })),
    isStale: Type.Boolean({
      description: "Proved so long ago that only its own codes go there until one comes back",
    }),
    removesAt: orNull(Instant),
    codesLeft: orNull(Type.Integer({ description: "Of recovery codes" })),
    isBackedUp: orNull(Type.Boolean({ description: "Of a passkey: whether there are copies of it" })),
    createdAt: Instant,
    lastUsedAt: orNull(Instant),
  },
  { title: "Authenticator" },
);

export const SubscriberBody = Type.Object(
  {
    id: Type.String(),
    name: orNull(
      Type.String({ description: "Null only where what is kept of it cannot be read; it still signs in" }),
    ),
    hasPassword: Type.Boolean(),
    mustHaveSecond: Type.Boolean(),
    locale: orNull(Type.String({ description: "In which language they are told of changes" })),
    isFrozen: Type.Boolean({ description: "Nothing is changed: somebody said that a change was not theirs" }),
    authenticators: Type.Array(AuthenticatorBody),
    createdAt: Instant,
  },
  { title: "Subscriber" },
);

export const SubscriberListBody = listOf(SubscriberBody, "SubscriberList");

export const SessionBody = Type.Object(
  {
    id: Type.String(),
    subscriberId: Type.String(),
    state: Type.Enum(["pending", "active", "ended"]),
    assurance: AssuranceBody,
    createdAt: Instant,
    endsAt: Instant,
    steppedUpAt: orNull(Instant),
    isOfTrustedDevice: Type.Boolean({
      description: "Began with a password on a trusted device: no authenticator was asked for",
    }),
    browser: orNull(Type.String({ description: "As the sign-in said it; it proves nothing" })),
    seenAt: Instant,
  },
  { title: "Session" },
);

export const SessionTicketBody = strict(
  { ticket: opaque(600, "What came back in the address") },
  { title: "SessionTicket" },
);

export const RedeemedSessionBody = Type.Object(
  {
    name: orNull(
      Type.String({ description: "The user name; null only where what is kept of it cannot be read" }),
    ),
    session: SessionBody,
  },
  { title: "RedeemedSession" },
);

export const SessionListBody = Type.Object({ items: Type.Array(SessionBody) }, { title: "SessionList" });

export const BegunBody = Type.Object(
  { bearer: orNull(Type.String({ description: "In this answer and never again" })), session: SessionBody },
  { title: "BegunSession" },
);

/** A code on its way to a phone of a subscriber's. */
export const SentCodeBody = Type.Object(
  {
    authenticatorId: Type.String({ description: "Which of their authenticators it goes to" }),
    verificationId: Type.String(),
    to: orNull(Type.String({ description: "Masked; null only where what is kept of it cannot be read" })),
    channel: Type.String(),
    checksLeft: Type.Integer(),
    codeExpiresAt: orNull(Instant),
  },
  { title: "SentCode" },
);

export const EnrolledBody = Type.Object(
  {
    authenticator: AuthenticatorBody,
    sent: Type.Union([SentCodeBody, Type.Null()]),
    seed: orNull(Type.String({ description: "Of an app, in base32: in this answer and never again" })),
    uri: orNull(Type.String({ description: "The same for the app to scan" })),
    qr: orNull(Type.String({ description: "The address as an image in SVG" })),
    codes: Type.Union([Type.Array(Type.String()), Type.Null()]),
    options: Type.Union([CreationOptionsBody, Type.Null()]),
  },
  { title: "EnrolledAuthenticator" },
);

export const ConfirmedBody = Type.Object(
  {
    authenticator: AuthenticatorBody,
    session: Type.Union([BegunBody, Type.Null()]),
    trustedDevice: Type.Union([NewlyTrustedBody, Type.Null()]),
  },
  { title: "ConfirmedAuthenticator" },
);

export const toAuthenticatorBody = (one: AuthenticatorView): Static<typeof AuthenticatorBody> => ({
  ...one,
  createdAt: iso(one.createdAt),
  lastUsedAt: isoOrNull(one.lastUsedAt),
  removesAt: isoOrNull(one.removesAt),
});

export const toSubscriberBody = (one: SubscriberView): Static<typeof SubscriberBody> => ({
  ...one,
  authenticators: one.authenticators.map(toAuthenticatorBody),
  createdAt: iso(one.createdAt),
});

export const toSessionBody = (one: SessionView): Static<typeof SessionBody> => ({
  ...one,
  createdAt: iso(one.createdAt),
  endsAt: iso(one.endsAt),
  steppedUpAt: isoOrNull(one.steppedUpAt),
  seenAt: iso(one.seenAt),
});

/** Null where a repeat has nothing to show. */
export const toBegunBody = (
  one: Recalled<{ readonly bearer: string; readonly session: SessionView }> | null | undefined,
): Static<typeof BegunBody> | null =>
  one === null || one === undefined ? null : { bearer: one.bearer, session: toSessionBody(one.session) };

export const toSentBody = (one: VerificationView, authenticatorId: string): Static<typeof SentCodeBody> => ({
  authenticatorId,
  verificationId: one.id,
  to: maskedOrNull(one.to),
  channel: one.channel,
  checksLeft: one.checksLeft,
  codeExpiresAt: isoOrNull(one.codeExpiresAt),
});
