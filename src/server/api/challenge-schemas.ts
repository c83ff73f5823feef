import type { ChallengeView } from "../../engine/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { forms } from "../forms.ts";
import {
  AssuranceBody,
  AuthenticatorBody,
  audience,
  BegunBody,
  channel,
  code,
  deviceName,
  SentCodeBody,
  subscriberName,
  trustedDevice,
} from "./account-schemas.ts";
import { NewlyTrustedBody } from "./device-schemas.ts";
import { bearer, binding, device, PasskeyBody } from "./passkey-schemas.ts";
import { Instant, iso, opaque, orNull, strict } from "./schemas.ts";
import { Amount } from "./verification-schemas.ts";

export const NewChallengeBody = strict(
  {
    subscriberId: Type.Optional(opaque(64, "This or `name`")),
    name: Type.Optional(subscriberName),
    purpose: Type.Optional(
      Type.String({
        pattern: forms.purpose.pattern,
        description: "What the approval is for; `manage` allows to change authenticators. Default `login`",
      }),
    ),
    passwordChecked: Type.Optional(
      Type.Boolean({ description: "Whether you checked a password of your own: the assurance counts it" }),
    ),
    binding: Type.Optional(binding),
    session: Type.Optional(bearer),
    trustedDevice,
    send: Type.Optional(
      Type.Boolean({
        description:
          "Whether a code is sent at once to the phone that is asked for first: the preferred authenticator, or the only one beside recovery codes. Nothing is sent where that is no phone. Default false",
      }),
    ),
    authenticatorId: Type.Optional(opaque(64, "With `send`: which phone it goes to instead")),
    channel,
    amount: Type.Optional(Amount),
    payee: Type.Optional(opaque(120, "Who is paid: the text names both, and the check repeats both")),
  },
  { title: "NewChallenge" },
);

export const SendChallengeBody = strict(
  {
    authenticatorId: Type.Optional(
      opaque(64, "One of its phones; default: the preferred one, else the only one"),
    ),
    channel,
    binding: Type.Optional(binding),
    session: Type.Optional(bearer),
  },
  { title: "SendChallenge" },
);

export const CheckChallengeBody = strict(
  {
    code: Type.Optional(code),
    passkey: Type.Optional(PasskeyBody),
    authenticatorId: Type.Optional(opaque(64, "Default: the phone that a code went to, else the only app")),
    binding: Type.Optional(binding),
    session: Type.Optional(bearer),
    device,
    trustDevice: Type.Optional(deviceName),
    audience: Type.Optional(audience),
    amount: Type.Optional(Amount),
    payee: Type.Optional(opaque(120, "What the start was given")),
  },
  { title: "CheckChallenge" },
);

export const ChallengeBody = Type.Object(
  {
    id: Type.String(),
    subscriberId: Type.String(),
    purpose: Type.String(),
    status: Type.Enum(["pending", "approved", "canceled"]),
    amount: orNull(Type.Object({ currency: Type.String(), value: Type.String() })),
    payee: orNull(Type.String()),
    createdAt: Instant,
    endsAt: Instant,
  },
  { title: "Challenge" },
);

export const ShownChallengeBody = Type.Object(
  { challenge: ChallengeBody, authenticators: Type.Array(AuthenticatorBody) },
  { title: "ShownChallenge" },
);

export const StartedChallengeBody = Type.Object(
  {
    challenge: ChallengeBody,
    authenticators: Type.Array(AuthenticatorBody),
    sent: Type.Union([SentCodeBody, Type.Null()], { description: "The code that `send` asked for" }),
  },
  { title: "StartedChallenge" },
);

export const ApprovedBody = Type.Object(
  {
    challenge: ChallengeBody,
    assurance: AssuranceBody,
    session: Type.Union([BegunBody, Type.Null()]),
    trustedDevice: Type.Union([NewlyTrustedBody, Type.Null()]),
    statement: orNull(Type.String({ description: "The approval as an ES256 token, for `audience`" })),
  },
  { title: "ApprovedChallenge" },
);

export const toChallengeBody = (one: ChallengeView): Static<typeof ChallengeBody> => ({
  ...one,
  createdAt: iso(one.createdAt),
  endsAt: iso(one.endsAt),
});
