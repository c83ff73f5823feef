import { type Static, type TSchema, Type } from "../../schemas/index.ts";
import { eventSigner, type Keyring } from "../../secrets/index.ts";
import { type Service, toPolicySettings } from "../../tenants/index.ts";
import { type AlphabetName, alphabets } from "../../verification/index.ts";
import { forms } from "../forms.ts";
import { Revision, withRevision } from "./revision.ts";
import { Instant, iso, listOf, opaque, orNull, strict } from "./schemas.ts";
import { TextChangesBody, TextsBody, toTextsBody } from "./text-schemas.ts";
import { channelSchema } from "./verification-schemas.ts";

const whole = (minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, description });

const settings = {
  codeLength: whole(4, 10, "Characters of a code; 4 and 5 need `allowWeakCodes`"),
  alphabet: Type.Enum(Object.keys(alphabets) as AlphabetName[]),
  allowWeakCodes: Type.Boolean({ description: "Allows 4 or 5 characters, with at most 3 checks" }),
  codeLifetimeSeconds: whole(30, 600, "How long a code works"),
  codeReuse: Type.Enum(["same", "perStep", "whenExpired"]),
  checksMax: whole(1, 5, "Wrong codes until a verification is exhausted"),
  ifPending: Type.Enum(["separate", "continue", "refuse", "replace"]),
  cancelFromSeconds: whole(0, 2_700, "A younger verification cannot be canceled"),
  cancelUntilStep: Type.Union([whole(0, 10, "The last step on which a cancel is possible"), Type.Null()]),
  resendWaitsSeconds: Type.Array(whole(0, 3_600, "Seconds"), {
    maxItems: 10,
    description: "Waits between messages that were asked for; the last one repeats",
  }),
  sendsMax: whole(1, 5, "Messages of a verification"),
  workflow: Type.Array(
    strict({ channel: channelSchema, waitSeconds: whole(15, 2_700, "Until the next step") }),
    {
      minItems: 1,
      maxItems: 10,
    },
  ),
  wrongPerHourMax: whole(1, 100, "Wrong codes of a recipient in an hour"),
  wrongPerDayMax: whole(1, 100, "Wrong codes of a recipient in a day"),
  sendsPerDayMax: whole(1, 1_000, "Messages to a recipient in a day"),
};

type Settings = typeof settings;
type Changes = { [K in keyof Settings]: ReturnType<typeof Type.Optional<Settings[K]>> };

const changes = Object.fromEntries(
  Object.entries(settings).map(([name, schema]) => [name, Type.Optional(schema as TSchema)]),
) as unknown as Changes;

const PolicyChangesBody = strict(changes, { title: "PolicyChanges" });
const PolicyBody = Type.Object(settings, { title: "Policy" });

const name = Type.String({
  pattern: forms.serviceName.pattern,
  description: "Unique in the tenant; a start names it",
});
const brand = opaque(20, "Named in every text");
const locale = opaque(35, "BCP 47 language tag");

const pageSettings = {
  anonymous: Type.Boolean({ description: "Whether its page opens without a link that a key asked for" }),
  accounts: Type.Enum(["none", "signIn", "signUp"], {
    description: "Whether people sign in on its account pages, and may sign up there",
  }),
  returnUrls: Type.Array(Type.String({ minLength: 8, maxLength: 500 }), {
    maxItems: 20,
    description: "Where its page may lead back to, letter by letter",
  }),
  frameAncestors: Type.Array(Type.String({ minLength: 8, maxLength: 260 }), {
    maxItems: 10,
    description: "Origins of applications that may show its page in a frame; by default nobody may",
  }),
  accent: Type.Union([Type.String({ pattern: forms.colour.pattern }), Type.Null()], {
    description: "Colour of buttons, dark enough for white words on it",
  }),
  logo: Type.Union([Type.String({ maxLength: 22_000, pattern: forms.picture.pattern }), Type.Null()], {
    description: "A PNG, JPEG or WebP of at most 16 KB, as a `data:` URL",
  }),
};

const idOf = (pattern: string, description: string) =>
  Type.Union([Type.String({ pattern }), Type.Null()], { description });

const adoptedIds = {
  vonageApplication: idOf(forms.uuid.pattern, "A Vonage application that its clients name"),
  telnyxProfile: idOf(forms.uuid.pattern, "A Telnyx verify profile that its clients name"),
  twilioService: idOf(forms.twilioService.pattern, "A Twilio Verify service that its clients name"),
};

const AdoptedChangesBody = strict(
  {
    vonageApplication: Type.Optional(adoptedIds.vonageApplication),
    telnyxProfile: Type.Optional(adoptedIds.telnyxProfile),
    twilioService: Type.Optional(adoptedIds.twilioService),
  },
  { title: "AdoptedChanges" },
);
const AdoptedBody = Type.Object(
  {
    vonageApplication: orNull(Type.String()),
    telnyxProfile: orNull(Type.String()),
    twilioService: orNull(Type.String()),
  },
  {
    title: "AdoptedIds",
    description: "Ids of other vendors that this service answers to in their APIs",
  },
);

const PageChangesBody = strict(
  {
    anonymous: Type.Optional(pageSettings.anonymous),
    accounts: Type.Optional(pageSettings.accounts),
    returnUrls: Type.Optional(pageSettings.returnUrls),
    frameAncestors: Type.Optional(pageSettings.frameAncestors),
    accent: Type.Optional(pageSettings.accent),
    logo: Type.Optional(pageSettings.logo),
  },
  { title: "PageChanges" },
);
const PageBody = Type.Object(
  {
    anonymous: orNull(Type.Boolean()),
    accounts: Type.Unsafe<"none" | "signIn" | "signUp" | null>({ enum: ["none", "signIn", "signUp", null] }),
    returnUrls: Type.Array(Type.String()),
    frameAncestors: Type.Array(Type.String()),
    accent: orNull(Type.String()),
    logo: orNull(Type.String()),
  },
  {
    title: "PageSettings",
    description: "What people see in a browser; `anonymous` or `accounts` null: only in the sandbox",
  },
);

export const NewServiceBody = strict(
  {
    name,
    brand: Type.Optional(brand),
    locale: Type.Optional(locale),
    policy: Type.Optional(PolicyChangesBody),
    page: Type.Optional(PageChangesBody),
    texts: Type.Optional(TextChangesBody),
    adopted: Type.Optional(AdoptedChangesBody),
  },
  { title: "NewService" },
);

export const ServiceChangesBody = strict(
  {
    name: Type.Optional(name),
    brand: Type.Optional(brand),
    locale: Type.Optional(locale),
    policy: Type.Optional(PolicyChangesBody),
    page: Type.Optional(PageChangesBody),
    texts: Type.Optional(TextChangesBody),
    adopted: Type.Optional(AdoptedChangesBody),
  },
  { title: "ServiceChanges", minProperties: 1 },
);

export const ServiceBody = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    brand: Type.String(),
    locale: Type.String(),
    policy: PolicyBody,
    page: PageBody,
    texts: TextsBody,
    adopted: AdoptedBody,
    telnyxPublicKey: Type.String({
      description: "What Telnyx's clients verify webhooks of this service with; the same for all of a tenant",
    }),
    createdAt: Instant,
    updatedAt: Instant,
    revision: Revision,
  },
  { title: "Service" },
);

export const ServiceListBody = listOf(ServiceBody, "ServiceList");

/** A service with its whole policy, so that nobody must know the defaults to read it. */
export function toServiceBody(service: Service, keyring: Keyring): Static<typeof ServiceBody> {
  const { resendWaitsSeconds, workflow, ...policy } = toPolicySettings(service.settings.policy);
  return withRevision({
    id: service.id,
    name: service.name,
    brand: service.settings.brand,
    locale: service.settings.locale,
    policy: { ...policy, resendWaitsSeconds: [...resendWaitsSeconds], workflow: [...workflow] },
    page: {
      anonymous: service.settings.page?.anonymous ?? null,
      accounts: service.settings.page?.accounts ?? null,
      returnUrls: [...(service.settings.page?.returnUrls ?? [])],
      frameAncestors: [...(service.settings.page?.frameAncestors ?? [])],
      accent: service.settings.page?.accent ?? null,
      logo: service.settings.page?.logo ?? null,
    },
    texts: toTextsBody(service.settings.texts),
    adopted: {
      vonageApplication: service.settings.adopted?.vonageApplication ?? null,
      telnyxProfile: service.settings.adopted?.telnyxProfile ?? null,
      twilioService: service.settings.adopted?.twilioService ?? null,
    },
    telnyxPublicKey: eventSigner(keyring, service.tenantId).publicKey,
    createdAt: iso(service.createdAt),
    updatedAt: iso(service.updatedAt),
  });
}
