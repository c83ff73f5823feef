import { noticeKinds } from "../../accounts/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { BegunBody, toBegunBody } from "./account-schemas.ts";
import { browser, PasskeyBody } from "./passkey-schemas.ts";
import { Instant, isoOrNull, opaque, orNull, strict } from "./schemas.ts";

const recovery = opaque(200, "What the start of the recovery answered");
const reset = opaque(200, "What the link of the reset holds");
const notice = opaque(200, "What the link of the notice holds");
const newPassword = Type.String({
  minLength: 1,
  maxLength: 1_024,
  description: "A new one, for subscribers whose password is kept here",
});

export const NewRecoveryBody = strict(
  { name: Type.String({ maxLength: 256, description: "Whoever it is, and whether there is anybody" }) },
  { title: "NewRecovery" },
);

export const SendRecoveryBody = strict(
  {
    recovery,
    method: Type.Enum(["email", "phone"]),
    channel: Type.Optional(Type.Enum(["sms", "voice"])),
  },
  { title: "SendRecovery" },
);

export const CheckRecoveryBody = strict(
  {
    recovery,
    method: Type.Enum(["recoveryCode", "email", "phone", "totp", "password", "passkey"]),
    code: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1_024, description: "The code; or the password" }),
    ),
    passkey: Type.Optional(PasskeyBody),
  },
  { title: "CheckRecovery" },
);

export const AskRecoveryPasskeyBody = strict({ recovery }, { title: "AskRecoveryPasskey" });

export const CompleteRecoveryBody = strict(
  { recovery, password: Type.Optional(newPassword), browser },
  { title: "CompleteRecovery" },
);

export const NewResetBody = strict(
  {
    authenticatorId: Type.Optional(
      opaque(64, "To which of their addresses; default: an e-mail address, else a phone"),
    ),
  },
  { title: "NewReset" },
);

export const CompleteResetBody = strict(
  { reset, password: Type.Optional(newPassword), browser },
  { title: "CompleteReset" },
);

export const NoticeBody = strict({ notice }, { title: "Notice" });

export const StartedRecoveryBody = Type.Object(
  {
    recovery: orNull(Type.String({ description: "In this answer and never again" })),
    endsAt: orNull(Instant),
  },
  { title: "StartedRecovery" },
);

export const SentRecoveryBody = Type.Object(
  { sent: Type.Boolean({ description: "True whether or not there is such an address" }) },
  { title: "SentRecovery" },
);

export const CheckedRecoveryBody = Type.Object(
  {
    isEnough: Type.Boolean({ description: "Whether it may be completed; else another method is to follow" }),
    methods: Type.Array(Type.String(), { description: "What was shown so far" }),
  },
  { title: "CheckedRecovery" },
);

export const RecoveredBody = Type.Object(
  {
    subscriberId: Type.String(),
    stepUp: orNull(Type.String({ description: "Allows to change authenticators for ten minutes" })),
    pending: Type.Union([BegunBody, Type.Null()]),
  },
  { title: "Recovered" },
);

export const StartedResetBody = Type.Object(
  {
    subscriberId: Type.String(),
    sentTo: orNull(Type.String({ description: "Masked" })),
    channel: Type.Enum(["sms", "email"]),
    endsAt: orNull(Instant),
  },
  { title: "StartedReset" },
);

export const OpenResetBody = Type.Object(
  { subscriberId: Type.String(), needsPassword: Type.Boolean(), endsAt: orNull(Instant) },
  { title: "OpenReset" },
);

export const DoneResetBody = Type.Object(
  { subscriberId: Type.String(), pending: Type.Union([BegunBody, Type.Null()]) },
  { title: "DoneReset" },
);

export const OpenNoticeBody = Type.Object(
  {
    subscriberId: Type.String(),
    madeAt: orNull(Instant),
    kind: Type.Union([Type.Enum([...noticeKinds]), Type.Null()], { description: "What its text told of" }),
  },
  { title: "OpenNotice" },
);

export const DisputedBody = Type.Object({ subscriberId: Type.String() }, { title: "Disputed" });

/** A repeat has nothing to show that is shown once. */
export const toRecoveredBody = (one: {
  readonly subscriberId: string;
  readonly stepUp: string;
  readonly pending: Parameters<typeof toBegunBody>[0];
}): Static<typeof RecoveredBody> => ({
  subscriberId: one.subscriberId,
  stepUp: one.stepUp,
  pending: toBegunBody(one.pending),
});

export const instantOf = (at: number | null | undefined): string | null => isoOrNull(at ?? null);
