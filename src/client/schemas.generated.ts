// Written by `npx vitest run test/client/ -u` from the server's OpenAPI document.

export interface Assurance {
  /** As in NIST SP 800-63B-4 */ readonly aal: number;
  /** Rests on the telephone network alone */ readonly restricted: boolean;
  readonly phishingResistant: boolean;
}

export interface Session {
  readonly id: string;
  readonly subscriberId: string;
  readonly state: "pending" | "active" | "ended";
  readonly assurance: Assurance;
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** RFC 3339, in UTC */ readonly endsAt: string;
  /** RFC 3339, in UTC */ readonly steppedUpAt: string | null;
  /** Began with a password on a trusted device: no authenticator was asked for */ readonly isOfTrustedDevice: boolean;
  /** As the sign-in said it; it proves nothing */ readonly browser: string | null;
  /** RFC 3339, in UTC */ readonly seenAt: string;
}

export interface BegunSession {
  /** In this answer and never again */ readonly bearer: string | null;
  readonly session: Session;
}

export interface Authenticator {
  readonly id: string;
  readonly type: "phone" | "totp" | "recoveryCodes" | "passkey" | "email";
  readonly name: string;
  readonly isConfirmed: boolean;
  readonly isDisabled: boolean;
  readonly isRestricted: boolean;
  readonly isPreferred: boolean;
  /** Of a phone */ readonly channel: "sms" | "voice" | null;
  /** Of a phone, masked */ readonly number: string | null;
  /** Of an e-mail address, masked */ readonly address: string | null;
  /** Proved so long ago that only its own codes go there until one comes back */ readonly isStale: boolean;
  /** RFC 3339, in UTC */ readonly removesAt: string | null;
  /** Of recovery codes */ readonly codesLeft: number | null;
  /** Of a passkey: whether there are copies of it */ readonly isBackedUp: boolean | null;
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** RFC 3339, in UTC */ readonly lastUsedAt: string | null;
}

export interface ListedVerification {
  readonly id: string;
  readonly status: "pending" | "approved" | "canceled" | "expired" | "exhausted" | "undeliverable";
  /** Masked; null only where what is kept of it cannot be read */ readonly to: string | null;
  readonly channel: "sms" | "voice" | "email";
  readonly step: number;
  readonly steps: number;
  readonly service: string;
  readonly purpose: string;
  readonly subject: string | null;
  readonly brand: string;
  readonly locale: string;
  readonly amount: { readonly currency: string; readonly value: string } | null;
  readonly payee: string | null;
  readonly clientRef: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly checksLeft: number;
  readonly sends: number;
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** RFC 3339, in UTC */ readonly codeExpiresAt: string | null;
  /** RFC 3339, in UTC */ readonly nextStepAt: string | null;
  /** RFC 3339, in UTC */ readonly endsAt: string;
  /** RFC 3339, in UTC */ readonly settledAt: string | null;
  readonly settledByTenant: boolean;
  readonly assurance?: { readonly aal: number | null; readonly restricted: boolean; readonly phishingResistant: boolean };
}

export interface NewAccountPage {
  /** Id or name; the tenant's first by default */ readonly service?: string;
  /** One of the service's `page.returnUrls`, letter by letter */ readonly returnUrl: string;
  /** Comes back with the ticket: bind it to the browser's session */ readonly state?: string;
  /** `signIn`, the default, leads back at once whoever is signed in; `account` shows what they may change */ readonly show?: "signIn" | "signUp" | "account";
  /** How long ago an authenticator may have been used at the most: whoever is signed in uses one again, otherwise */ readonly maxAgeSeconds?: number;
  /** Language of the pages; by default the browser's */ readonly locale?: string;
}

export interface NewKey {
  /** For people: who or what uses the key */ readonly name: string;
  readonly scopes: readonly ("verifications:write" | "verifications:read" | "verifications:settle" | "numbers:read" | "messages:send" | "messages:read" | "services:write" | "services:read" | "webhooks:write" | "webhooks:read" | "subscribers:write" | "subscribers:read" | "subscribers:reset" | "challenges:write" | "sessions:write" | "keys:write" | "keys:read" | "tenants:write" | "tenants:read" | "secrets:write" | "secrets:read" | "backup")[];
  /** Where the key may be used from; empty for everywhere */ readonly allowedAddresses?: readonly string[];
  /** RFC 3339, in UTC */ readonly expiresAt?: string;
}

export interface IssuedKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ("verifications:write" | "verifications:read" | "verifications:settle" | "numbers:read" | "messages:send" | "messages:read" | "services:write" | "services:read" | "webhooks:write" | "webhooks:read" | "subscribers:write" | "subscribers:read" | "subscribers:reset" | "challenges:write" | "sessions:write" | "keys:write" | "keys:read" | "tenants:write" | "tenants:read" | "secrets:write" | "secrets:read" | "backup")[];
  readonly allowedAddresses: readonly string[];
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** RFC 3339, in UTC */ readonly expiresAt: string | null;
  /** RFC 3339, in UTC */ readonly revokedAt: string | null;
  /** RFC 3339, in UTC */ readonly lastUsedAt: string | null;
  readonly dialects: { readonly vonage?: { readonly user: string; readonly revokedAt: string | null }; readonly twilio?: { readonly user: string; readonly revokedAt: string | null }; readonly telnyx?: { readonly user: string; readonly revokedAt: string | null }; readonly flowroute?: { readonly user: string; readonly revokedAt: string | null } };
  /** The bearer secret; shown once */ readonly key?: string;
  readonly vonage?: { readonly apiKey: string; readonly apiSecret: string; readonly signatureSecret?: string };
  readonly twilio?: { readonly accountSid: string; readonly authToken: string };
  readonly telnyx?: { readonly apiKey: string; readonly publicKey?: string };
  readonly flowroute?: { readonly accessKey: string; readonly secretKey: string };
}

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ("verifications:write" | "verifications:read" | "verifications:settle" | "numbers:read" | "messages:send" | "messages:read" | "services:write" | "services:read" | "webhooks:write" | "webhooks:read" | "subscribers:write" | "subscribers:read" | "subscribers:reset" | "challenges:write" | "sessions:write" | "keys:write" | "keys:read" | "tenants:write" | "tenants:read" | "secrets:write" | "secrets:read" | "backup")[];
  readonly allowedAddresses: readonly string[];
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** RFC 3339, in UTC */ readonly expiresAt: string | null;
  /** RFC 3339, in UTC */ readonly revokedAt: string | null;
  /** RFC 3339, in UTC */ readonly lastUsedAt: string | null;
  readonly dialects: { readonly vonage?: { readonly user: string; readonly revokedAt: string | null }; readonly twilio?: { readonly user: string; readonly revokedAt: string | null }; readonly telnyx?: { readonly user: string; readonly revokedAt: string | null }; readonly flowroute?: { readonly user: string; readonly revokedAt: string | null } };
}

export interface KeyList {
  readonly items: readonly Key[];
  readonly nextCursor: string | null;
}

export interface KeyDetails {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ("verifications:write" | "verifications:read" | "verifications:settle" | "numbers:read" | "messages:send" | "messages:read" | "services:write" | "services:read" | "webhooks:write" | "webhooks:read" | "subscribers:write" | "subscribers:read" | "subscribers:reset" | "challenges:write" | "sessions:write" | "keys:write" | "keys:read" | "tenants:write" | "tenants:read" | "secrets:write" | "secrets:read" | "backup")[];
  readonly allowedAddresses: readonly string[];
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** RFC 3339, in UTC */ readonly expiresAt: string | null;
  /** RFC 3339, in UTC */ readonly revokedAt: string | null;
  /** RFC 3339, in UTC */ readonly lastUsedAt: string | null;
  readonly dialects: { readonly vonage?: { readonly user: string; readonly revokedAt: string | null }; readonly twilio?: { readonly user: string; readonly revokedAt: string | null }; readonly telnyx?: { readonly user: string; readonly revokedAt: string | null }; readonly flowroute?: { readonly user: string; readonly revokedAt: string | null } };
  readonly telnyx: { readonly publicKey: string };
  /** Only for the key that asks, and for the administrator of the machine */ readonly vonage?: { readonly signatureSecret: string };
}

export interface Rotation {
  /** How long the old key still works; default one day, 0 revokes it at once */ readonly overlapSeconds?: number;
}

export interface PolicyChanges {
  /** Characters of a code; 4 and 5 need `allowWeakCodes` */ readonly codeLength?: number;
  readonly alphabet?: "decimal" | "hex" | "crockford" | "letters";
  /** Allows 4 or 5 characters, with at most 3 checks */ readonly allowWeakCodes?: boolean;
  /** How long a code works */ readonly codeLifetimeSeconds?: number;
  readonly codeReuse?: "same" | "perStep" | "whenExpired";
  /** Wrong codes until a verification is exhausted */ readonly checksMax?: number;
  readonly ifPending?: "separate" | "continue" | "refuse" | "replace";
  /** A younger verification cannot be canceled */ readonly cancelFromSeconds?: number;
  readonly cancelUntilStep?: number | null;
  /** Waits between messages that were asked for; the last one repeats */ readonly resendWaitsSeconds?: readonly number[];
  /** Messages of a verification */ readonly sendsMax?: number;
  readonly workflow?: readonly { readonly channel: "sms" | "voice" | "email"; readonly waitSeconds: number }[];
  /** Wrong codes of a recipient in an hour */ readonly wrongPerHourMax?: number;
  /** Wrong codes of a recipient in a day */ readonly wrongPerDayMax?: number;
  /** Messages to a recipient in a day */ readonly sendsPerDayMax?: number;
}

export interface PageChanges {
  /** Whether its page opens without a link that a key asked for */ readonly anonymous?: boolean;
  /** Whether people sign in on its account pages, and may sign up there */ readonly accounts?: "none" | "signIn" | "signUp";
  /** Where its page may lead back to, letter by letter */ readonly returnUrls?: readonly string[];
  /** Origins of applications that may show its page in a frame; by default nobody may */ readonly frameAncestors?: readonly string[];
  /** Colour of buttons, dark enough for white words on it */ readonly accent?: string | null;
  /** A PNG, JPEG or WebP of at most 16 KB, as a `data:` URL */ readonly logo?: string | null;
}

export interface TextChanges {
  /** By locale. Null takes all templates of a locale back */ readonly templates?: Readonly<Record<string, { readonly sms?: string | null; readonly voice?: string | null; readonly paymentSms?: string | null; readonly paymentVoice?: string | null } | null>>;
  /** Whether smart quotes, dashes and no-break spaces make way for GSM-7 where that makes an SMS smaller */ readonly transliterate?: boolean;
  /** Where a start gets its locale that names none */ readonly localeFrom?: "service" | "number";
  /** Domains of yours whose pages read codes, as A-labels; the first is used where a start names none */ readonly hosts?: readonly string[];
  /** Android apps of yours that read codes, by the 11 characters of the SMS Retriever */ readonly appHashes?: readonly string[];
  /** What reads the code by itself: a page, an Android app, or nothing */ readonly platform?: "web" | "android" | "none";
}

export interface AdoptedChanges {
  /** A Vonage application that its clients name */ readonly vonageApplication?: string | null;
  /** A Telnyx verify profile that its clients name */ readonly telnyxProfile?: string | null;
  /** A Twilio Verify service that its clients name */ readonly twilioService?: string | null;
}

export interface NewService {
  /** Unique in the tenant; a start names it */ readonly name: string;
  /** Named in every text */ readonly brand?: string;
  /** BCP 47 language tag */ readonly locale?: string;
  readonly policy?: PolicyChanges;
  readonly page?: PageChanges;
  readonly texts?: TextChanges;
  readonly adopted?: AdoptedChanges;
}

export interface Policy {
  /** Characters of a code; 4 and 5 need `allowWeakCodes` */ readonly codeLength: number;
  readonly alphabet: "decimal" | "hex" | "crockford" | "letters";
  /** Allows 4 or 5 characters, with at most 3 checks */ readonly allowWeakCodes: boolean;
  /** How long a code works */ readonly codeLifetimeSeconds: number;
  readonly codeReuse: "same" | "perStep" | "whenExpired";
  /** Wrong codes until a verification is exhausted */ readonly checksMax: number;
  readonly ifPending: "separate" | "continue" | "refuse" | "replace";
  /** A younger verification cannot be canceled */ readonly cancelFromSeconds: number;
  readonly cancelUntilStep: number | null;
  /** Waits between messages that were asked for; the last one repeats */ readonly resendWaitsSeconds: readonly number[];
  /** Messages of a verification */ readonly sendsMax: number;
  readonly workflow: readonly { readonly channel: "sms" | "voice" | "email"; readonly waitSeconds: number }[];
  /** Wrong codes of a recipient in an hour */ readonly wrongPerHourMax: number;
  /** Wrong codes of a recipient in a day */ readonly wrongPerDayMax: number;
  /** Messages to a recipient in a day */ readonly sendsPerDayMax: number;
}

/** What people see in a browser; `anonymous` or `accounts` null: only in the sandbox */
export interface PageSettings {
  readonly anonymous: boolean | null;
  readonly accounts: "none" | "signIn" | "signUp" | null;
  readonly returnUrls: readonly string[];
  readonly frameAncestors: readonly string[];
  readonly accent: string | null;
  readonly logo: string | null;
}

export interface Texts {
  readonly templates: Readonly<Record<string, { readonly sms?: string; readonly voice?: string; readonly paymentSms?: string; readonly paymentVoice?: string }>>;
  /** Whether smart quotes, dashes and no-break spaces make way for GSM-7 where that makes an SMS smaller */ readonly transliterate: boolean;
  /** Where a start gets its locale that names none */ readonly localeFrom: "service" | "number";
  readonly hosts: readonly string[];
  readonly appHashes: readonly string[];
  /** What reads the code by itself: a page, an Android app, or nothing */ readonly platform: "web" | "android" | "none";
}

/** Ids of other vendors that this service answers to in their APIs */
export interface AdoptedIds {
  readonly vonageApplication: string | null;
  readonly telnyxProfile: string | null;
  readonly twilioService: string | null;
}

export interface Service {
  readonly id: string;
  readonly name: string;
  readonly brand: string;
  readonly locale: string;
  readonly policy: Policy;
  readonly page: PageSettings;
  readonly texts: Texts;
  readonly adopted: AdoptedIds;
  /** What Telnyx's clients verify webhooks of this service with; the same for all of a tenant */ readonly telnyxPublicKey: string;
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** RFC 3339, in UTC */ readonly updatedAt: string;
  /** Another one after every change; `If-Match` makes a change on condition of it */ readonly revision: string;
}

export interface ServiceList {
  readonly items: readonly Service[];
  readonly nextCursor: string | null;
}

export interface ServiceChanges {
  /** Unique in the tenant; a start names it */ readonly name?: string;
  /** Named in every text */ readonly brand?: string;
  /** BCP 47 language tag */ readonly locale?: string;
  readonly policy?: PolicyChanges;
  readonly page?: PageChanges;
  readonly texts?: TextChanges;
  readonly adopted?: AdoptedChanges;
}

export interface NewMessage {
  /** Phone number in international form */ readonly to: string;
  /** What it says, at most 1000 characters */ readonly text: string;
  /** Id or name of a service */ readonly service?: string;
  /** Who it shall come from: one of your carriers' senders; others send as themselves */ readonly from?: string;
  /** What was registered where a country asks for it (India: DLT) */ readonly registration?: { readonly entityId: string; readonly templateId: string };
  /** Your reference */ readonly clientRef?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** For how long it is worth sending; default 600 */ readonly lifetimeSeconds?: number;
}

export interface Message {
  readonly id: string;
  /** Null only where what is kept of it cannot be read */ readonly to: string | null;
  /** Null only where what is kept of it cannot be read */ readonly text: string | null;
  readonly from: string | null;
  readonly service: string;
  readonly clientRef: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly channel: "sms" | "voice" | "email";
  readonly provider: string | null;
  readonly state: "queued" | "sending" | "unknown" | "accepted" | "delivered" | "failed" | "unconfirmed" | "dropped";
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** `gsm7` or `ucs2`, of an SMS once it left */ readonly encoding: string | null;
  /** What an SMS took, once it left */ readonly segments: number | null;
  /** What it cost, in the currency of COUNTERSIGN_PRICES; null where nothing costs anything, and for keys of other tenants than the first */ readonly cost: string | null;
  readonly guard: { readonly verdict: "allow" | "challenge" | "defer" | "deny"; readonly reasons: readonly { readonly rule: string; readonly verdict: "allow" | "challenge" | "defer" | "deny"; readonly reason: string; readonly detail: string; readonly retryAt: string | null }[] } | null;
  readonly attempts: readonly { readonly provider: string; readonly at: string; readonly answer: "none" | "accepted" | "rejected" | "notSent" | "unknown"; readonly reason: string | null; readonly possibleDuplicate: boolean }[];
}

export interface ListedMessage {
  readonly id: string;
  /** In a list masked; null only where what is kept of it cannot be read */ readonly to: string | null;
  readonly from: string | null;
  readonly service: string;
  readonly clientRef: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly channel: "sms" | "voice" | "email";
  readonly provider: string | null;
  readonly state: "queued" | "sending" | "unknown" | "accepted" | "delivered" | "failed" | "unconfirmed" | "dropped";
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** `gsm7` or `ucs2`, of an SMS once it left */ readonly encoding: string | null;
  /** What an SMS took, once it left */ readonly segments: number | null;
  /** What it cost, in the currency of COUNTERSIGN_PRICES; null where nothing costs anything, and for keys of other tenants than the first */ readonly cost: string | null;
  readonly guard: { readonly verdict: "allow" | "challenge" | "defer" | "deny"; readonly reasons: readonly { readonly rule: string; readonly verdict: "allow" | "challenge" | "defer" | "deny"; readonly reason: string; readonly detail: string; readonly retryAt: string | null }[] } | null;
  readonly attempts: readonly { readonly provider: string; readonly at: string; readonly answer: "none" | "accepted" | "rejected" | "notSent" | "unknown"; readonly reason: string | null; readonly possibleDuplicate: boolean }[];
}

export interface MessageList {
  readonly items: readonly ListedMessage[];
  readonly nextCursor: string | null;
}

export interface FoundDelivery {
  readonly id: string;
  readonly step: number;
  readonly channel: "sms" | "voice" | "email";
  readonly provider: string | null;
  readonly state: "queued" | "sending" | "unknown" | "accepted" | "delivered" | "failed" | "unconfirmed" | "dropped";
  readonly cause: "start" | "resend" | "next" | "automatic";
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** `gsm7` or `ucs2`, of an SMS once it left */ readonly encoding: string | null;
  /** What an SMS took, once it left */ readonly segments: number | null;
  /** What it cost, in the currency of COUNTERSIGN_PRICES; null where nothing costs anything, and for keys of other tenants than the first */ readonly cost: string | null;
  readonly guard: { readonly verdict: "allow" | "challenge" | "defer" | "deny"; readonly reasons: readonly { readonly rule: string; readonly verdict: "allow" | "challenge" | "defer" | "deny"; readonly reason: string; readonly detail: string; readonly retryAt: string | null }[] } | null;
  readonly attempts: readonly { readonly provider: string; readonly at: string; readonly answer: "none" | "accepted" | "rejected" | "notSent" | "unknown"; readonly reason: string | null; readonly possibleDuplicate: boolean }[];
  readonly verification: string;
  /** In a list masked; null only where what is kept of it cannot be read */ readonly to: string | null;
}

export interface DeliveryList {
  readonly items: readonly FoundDelivery[];
  readonly nextCursor: string | null;
}

export interface NewWebhook {
  /** Where events are posted: https, a public address, port 443 or 8443 */ readonly url: string;
  /** Whose events, by name or id; default the tenant's first service */ readonly service?: string;
  /** Which events: verification.started, verification.approved, verification.canceled, verification.expired, verification.exhausted, verification.undeliverable, delivery.accepted, delivery.delivered, delivery.failed, delivery.unconfirmed, delivery.dropped, message.accepted, message.delivered, message.failed, message.unconfirmed, message.dropped, subscriber.disputed, subscriber.recovered, subscriber.reset, endpoint.disabled, endpoint.test, or all of a kind such as `verification.*`; empty for all of the service, and those of the tenant's subscribers */ readonly events?: readonly string[];
  /** For people */ readonly description?: string | null;
  /** `whsec_` and base64, for a receiver that has one; else it is made */ readonly secret?: string;
}

export interface IssuedWebhook {
  readonly id: string;
  readonly url: string;
  /** The service's id */ readonly service: string;
  readonly events: readonly string[];
  /** For people */ readonly description: string | null;
  /** Whose words are posted: `telnyx` to the addresses of a verify profile, `callbacks` and `receipts` to those that requests and messages name; null for our own */ readonly dialect: string | null;
  readonly enabled: boolean;
  /** RFC 3339, in UTC */ readonly disabledAt: string | null;
  /** `asked` by its owner, `gone` after an answer 410, or `failing` for three days */ readonly disabledReason: string | null;
  /** RFC 3339, in UTC */ readonly failingSince: string | null;
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** RFC 3339, in UTC */ readonly updatedAt: string;
  /** Another one after every change; `If-Match` makes a change on condition of it */ readonly revision: string;
  /** What signs its events; shown once */ readonly secret?: string;
}

export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** The service's id */ readonly service: string;
  readonly events: readonly string[];
  /** For people */ readonly description: string | null;
  /** Whose words are posted: `telnyx` to the addresses of a verify profile, `callbacks` and `receipts` to those that requests and messages name; null for our own */ readonly dialect: string | null;
  readonly enabled: boolean;
  /** RFC 3339, in UTC */ readonly disabledAt: string | null;
  /** `asked` by its owner, `gone` after an answer 410, or `failing` for three days */ readonly disabledReason: string | null;
  /** RFC 3339, in UTC */ readonly failingSince: string | null;
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** RFC 3339, in UTC */ readonly updatedAt: string;
  /** Another one after every change; `If-Match` makes a change on condition of it */ readonly revision: string;
}

export interface WebhookList {
  readonly items: readonly Webhook[];
  readonly nextCursor: string | null;
}

export interface WebhookChanges {
  /** Where events are posted: https, a public address, port 443 or 8443 */ readonly url?: string;
  /** Which events: verification.started, verification.approved, verification.canceled, verification.expired, verification.exhausted, verification.undeliverable, delivery.accepted, delivery.delivered, delivery.failed, delivery.unconfirmed, delivery.dropped, message.accepted, message.delivered, message.failed, message.unconfirmed, message.dropped, subscriber.disputed, subscriber.recovered, subscriber.reset, endpoint.disabled, endpoint.test, or all of a kind such as `verification.*`; empty for all of the service, and those of the tenant's subscribers */ readonly events?: readonly string[];
  /** For people */ readonly description?: string | null;
  /** Whether events are posted; `true` also brings back one that was disabled */ readonly enabled?: boolean;
}

export interface WebhookRotation {
  /** For how long the former secret signs along; default a day */ readonly overlapSeconds?: number;
  /** `whsec_` and base64, for a receiver that has one; else it is made */ readonly secret?: string;
}

export interface WebhookEvent {
  /** The same for every post of this event: `webhook-id` */ readonly id: string;
  readonly type: string;
  /** Rises with the changes that events tell of, not always by one */ readonly sequence: number;
  readonly state: "waiting" | "posting" | "received" | "failed";
  /** RFC 3339, in UTC */ readonly occurredAt: string;
  /** RFC 3339, in UTC */ readonly nextPostAt: string | null;
  /** The last posts, oldest first */ readonly posts: readonly { readonly at: string; readonly answer: "none" | "received" | "refused" | "unknown"; readonly status: number | null; readonly reason: string | null }[];
}

export interface WebhookEventList {
  readonly items: readonly WebhookEvent[];
  readonly nextCursor: string | null;
}

export interface WebhookEventDetails {
  /** The same for every post of this event: `webhook-id` */ readonly id: string;
  readonly type: string;
  /** Rises with the changes that events tell of, not always by one */ readonly sequence: number;
  readonly state: "waiting" | "posting" | "received" | "failed";
  /** RFC 3339, in UTC */ readonly occurredAt: string;
  /** RFC 3339, in UTC */ readonly nextPostAt: string | null;
  /** The last posts, oldest first */ readonly posts: readonly { readonly at: string; readonly answer: "none" | "received" | "refused" | "unknown"; readonly status: number | null; readonly reason: string | null }[];
  /** What is posted */ readonly payload: Readonly<Record<string, unknown>>;
}

export interface WebhookReplay {
  /** RFC 3339, in UTC */ readonly since?: string;
  /** Which of them; default those that failed */ readonly state?: "failed" | "received";
  /** `nextCursor` of the page before */ readonly cursor?: string;
}

export interface WebhookReplayed {
  /** Events that are posted again */ readonly replayed: number;
  /** Where to go on; null where these were all */ readonly nextCursor: string | null;
}

export interface NewSubscriber {
  /** A user name, or your own id of the person: unique, whatever its case */ readonly name: string;
  /** Judged by its length and its rarity */ readonly password?: string;
  /** Instead of a password: argon2id, scrypt, bcrypt or PBKDF2 as their libraries write it */ readonly passwordHash?: string;
  /** Whether a password alone never signs in; default true */ readonly mustHaveSecond?: boolean;
  /** BCP 47: in which language they get codes and notices; default that of the service */ readonly locale?: string;
}

export interface Subscriber {
  readonly id: string;
  /** Null only where what is kept of it cannot be read; it still signs in */ readonly name: string | null;
  readonly hasPassword: boolean;
  readonly mustHaveSecond: boolean;
  /** In which language they are told of changes */ readonly locale: string | null;
  /** Nothing is changed: somebody said that a change was not theirs */ readonly isFrozen: boolean;
  readonly authenticators: readonly Authenticator[];
  /** RFC 3339, in UTC */ readonly createdAt: string;
}

export interface SubscriberList {
  readonly items: readonly Subscriber[];
  readonly nextCursor: string | null;
}

export interface UpdateSubscriber {
  /** BCP 47: in which language they get codes and notices; null for that of the service */ readonly locale: string | null;
}

export interface NewPassword {
  /** Judged by its length and its rarity */ readonly password: string;
  /** Id of a challenge with the purpose `manage`, approved in the last ten minutes */ readonly stepUp?: string;
  /** Asked for where nothing is enrolled */ readonly current?: string;
  /** Of a session of ours, as `POST /sessions` or a check answered it */ readonly session?: string;
  /** A long random text from a cookie of yours: the device to remember */ readonly device?: string;
}

export interface AuthenticatorList {
  readonly items: readonly Authenticator[];
  readonly nextCursor: string | null;
}

export interface NewAuthenticator {
  readonly type: "phone" | "totp" | "recoveryCodes" | "email" | "passkey";
  /** Of a phone, in international form */ readonly number?: string;
  /** Of an e-mail address */ readonly address?: string;
  readonly channel?: "sms" | "voice";
  /** Of an app: what it shows above the code; default what a `uri` says, else the brand of the first service */ readonly issuer?: string;
  /** Of an app that was enrolled elsewhere, in base32 */ readonly seed?: string;
  /** Instead: its `otpauth://totp/` address, or the export of an app (`otpauth-migration://`) */ readonly uri?: string;
  /** Which account of an export, by its name there */ readonly account?: string;
  /** Of a passkey: what the browser shows its owner as their name */ readonly displayName?: string;
  /** Your own session's handle: only whoever repeats it may go on */ readonly binding?: string;
  /** What its owner calls it */ readonly label?: string;
  /** Id of a challenge with the purpose `manage`, approved in the last ten minutes */ readonly stepUp?: string;
}

export interface SentCode {
  /** Which of their authenticators it goes to */ readonly authenticatorId: string;
  readonly verificationId: string;
  /** Masked; null only where what is kept of it cannot be read */ readonly to: string | null;
  readonly channel: string;
  readonly checksLeft: number;
  /** RFC 3339, in UTC */ readonly codeExpiresAt: string | null;
}

export interface PasskeyDescriptor {
  readonly type: "public-key";
  readonly id: string;
  readonly transports: readonly string[];
}

/** For `PublicKeyCredential.parseCreationOptionsFromJSON` in the browser */
export interface PasskeyCreationOptions {
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly challenge: string;
  readonly pubKeyCredParams: readonly { readonly type: "public-key"; readonly alg: number }[];
  /** In milliseconds */ readonly timeout: number;
  readonly excludeCredentials: readonly PasskeyDescriptor[];
  readonly authenticatorSelection: { readonly residentKey: "required"; readonly requireResidentKey: true; readonly userVerification: "required" };
  readonly attestation: "none";
}

export interface EnrolledAuthenticator {
  readonly authenticator: Authenticator;
  readonly sent: SentCode | null;
  /** Of an app, in base32: in this answer and never again */ readonly seed: string | null;
  /** The same for the app to scan */ readonly uri: string | null;
  /** The address as an image in SVG */ readonly qr: string | null;
  readonly codes: readonly string[] | null;
  readonly options: PasskeyCreationOptions | null;
}

export interface SendEnrolment {
  readonly channel?: "sms" | "voice";
}

/** What `credential.toJSON()` gives in the browser */
export interface PasskeyAnswer {
  /** The credential, in base64url as everything here */ readonly id: string;
  /** The same */ readonly rawId: string;
  /** `public-key` */ readonly type: string;
  readonly response: { readonly clientDataJSON: string; readonly attestationObject?: string; readonly transports?: readonly string[]; readonly authenticatorData?: string; readonly signature?: string; readonly userHandle?: string | null };
}

export interface ConfirmAuthenticator {
  readonly code?: string;
  readonly passkey?: PasskeyAnswer;
  /** Your own session's handle: only whoever repeats it may go on */ readonly binding?: string;
  /** Of a session of ours, as `POST /sessions` or a check answered it */ readonly session?: string;
  /** What its owner calls this device, to trust it from now on */ readonly trustDevice?: string;
}

export interface TrustedDevice {
  readonly id: string;
  readonly name: string;
  /** RFC 3339, in UTC */ readonly trustedAt: string;
  /** RFC 3339, in UTC */ readonly endsAt: string;
  /** RFC 3339, in UTC */ readonly lastUsedAt: string | null;
}

export interface NewlyTrustedDevice {
  /** In this answer and never again */ readonly bearer: string | null;
  readonly device: TrustedDevice;
}

export interface ConfirmedAuthenticator {
  readonly authenticator: Authenticator;
  readonly session: BegunSession | null;
  readonly trustedDevice: NewlyTrustedDevice | null;
}

export interface UpdateAuthenticator {
  /** What its owner calls it */ readonly label?: string;
  /** Whether a challenge offers it first */ readonly isPreferred?: boolean;
  /** Of a phone: how codes come unless one is asked for */ readonly channel?: "sms" | "voice";
}

export interface NewChallenge {
  /** This or `name` */ readonly subscriberId?: string;
  /** A user name, or your own id of the person: unique, whatever its case */ readonly name?: string;
  /** What the approval is for; `manage` allows to change authenticators. Default `login` */ readonly purpose?: string;
  /** Whether you checked a password of your own: the assurance counts it */ readonly passwordChecked?: boolean;
  /** Your own session's handle: only whoever repeats it may go on */ readonly binding?: string;
  /** Of a session of ours, as `POST /sessions` or a check answered it */ readonly session?: string;
  /** What a trusted device presents, as the answer of a check said it */ readonly trustedDevice?: string;
  /** Whether a code is sent at once to the phone that is asked for first: the preferred authenticator, or the only one beside recovery codes. Nothing is sent where that is no phone. Default false */ readonly send?: boolean;
  /** With `send`: which phone it goes to instead */ readonly authenticatorId?: string;
  readonly channel?: "sms" | "voice";
  readonly amount?: { readonly currency: string; readonly value: string };
  /** Who is paid: the text names both, and the check repeats both */ readonly payee?: string;
}

export interface DeviceTrusted {
  readonly subscriberId: string;
  readonly trustedDevice: TrustedDevice;
}

export interface Challenge {
  readonly id: string;
  readonly subscriberId: string;
  readonly purpose: string;
  readonly status: "pending" | "approved" | "canceled";
  readonly amount: { readonly currency: string; readonly value: string } | null;
  readonly payee: string | null;
  /** RFC 3339, in UTC */ readonly createdAt: string;
  /** RFC 3339, in UTC */ readonly endsAt: string;
}

export interface StartedChallenge {
  readonly challenge: Challenge;
  readonly authenticators: readonly Authenticator[];
  /** The code that `send` asked for */ readonly sent: SentCode | null;
}

export interface ShownChallenge {
  readonly challenge: Challenge;
  readonly authenticators: readonly Authenticator[];
}

export interface SendChallenge {
  /** One of its phones; default: the preferred one, else the only one */ readonly authenticatorId?: string;
  readonly channel?: "sms" | "voice";
  /** Your own session's handle: only whoever repeats it may go on */ readonly binding?: string;
  /** Of a session of ours, as `POST /sessions` or a check answered it */ readonly session?: string;
}

export interface CheckChallenge {
  readonly code?: string;
  readonly passkey?: PasskeyAnswer;
  /** Default: the phone that a code went to, else the only app */ readonly authenticatorId?: string;
  /** Your own session's handle: only whoever repeats it may go on */ readonly binding?: string;
  /** Of a session of ours, as `POST /sessions` or a check answered it */ readonly session?: string;
  /** A long random text from a cookie of yours: the device to remember */ readonly device?: string;
  /** What its owner calls this device, to trust it from now on */ readonly trustDevice?: string;
  /** Who is to believe a signed statement of this, such as the address of one of your programs */ readonly audience?: string;
  readonly amount?: { readonly currency: string; readonly value: string };
  /** What the start was given */ readonly payee?: string;
}

export interface ApprovedChallenge {
  readonly challenge: Challenge;
  readonly assurance: Assurance;
  readonly session: BegunSession | null;
  readonly trustedDevice: NewlyTrustedDevice | null;
  /** The approval as an ES256 token, for `audience` */ readonly statement: string | null;
}

export interface AskPasskey {
  /** Your own session's handle: only whoever repeats it may go on */ readonly binding?: string;
  /** Of a session of ours, as `POST /sessions` or a check answered it */ readonly session?: string;
}

/** For `PublicKeyCredential.parseRequestOptionsFromJSON` in the browser */
export interface PasskeyRequestOptions {
  readonly challenge: string;
  /** In milliseconds */ readonly timeout: number;
  readonly rpId: string;
  readonly allowCredentials: readonly PasskeyDescriptor[];
  readonly userVerification: "required";
}

export interface AskedPasskey {
  readonly options: PasskeyRequestOptions | null;
}

export interface AskPasskeySignIn {
  /** Your own session's handle: only whoever repeats it may go on */ readonly binding: string;
}

export interface AskedPasskeySignIn {
  readonly id: string;
  /** RFC 3339, in UTC */ readonly endsAt: string;
  readonly options: PasskeyRequestOptions | null;
}

export interface PasskeySignIn {
  /** Your own session's handle: only whoever repeats it may go on */ readonly binding: string;
  readonly passkey: PasskeyAnswer;
  /** A long random text from a cookie of yours: the device to remember */ readonly device?: string;
  /** By what they recognise the session on a list, such as `Firefox, Linux` */ readonly browser?: string;
}

export interface SignIn {
  readonly name: string;
  readonly password: string;
  /** A long random text from a cookie of yours: the device to remember */ readonly device?: string;
  /** What a trusted device presents, as the answer of a check said it */ readonly trustedDevice?: string;
  /** By what they recognise the session on a list, such as `Firefox, Linux` */ readonly browser?: string;
}

export interface SessionTicket {
  /** What came back in the address */ readonly ticket: string;
}

export interface RedeemedSession {
  /** The user name; null only where what is kept of it cannot be read */ readonly name: string | null;
  readonly session: Session;
}

export interface NewStatement {
  /** Who is to believe a signed statement of this, such as the address of one of your programs */ readonly audience: string;
}

export interface Statement {
  /** ES256, in this answer and never again */ readonly statement: string | null;
  /** RFC 3339, in UTC */ readonly endsAt: string | null;
}

export interface SessionList {
  readonly items: readonly Session[];
}

export interface TrustedDeviceList {
  readonly items: readonly TrustedDevice[];
}

export interface NewRecovery {
  /** Whoever it is, and whether there is anybody */ readonly name: string;
}

export interface StartedRecovery {
  /** In this answer and never again */ readonly recovery: string | null;
  /** RFC 3339, in UTC */ readonly endsAt: string | null;
}

export interface SendRecovery {
  /** What the start of the recovery answered */ readonly recovery: string;
  readonly method: "email" | "phone";
  readonly channel?: "sms" | "voice";
}

export interface SentRecovery {
  /** True whether or not there is such an address */ readonly sent: boolean;
}

export interface AskRecoveryPasskey {
  /** What the start of the recovery answered */ readonly recovery: string;
}

export interface CheckRecovery {
  /** What the start of the recovery answered */ readonly recovery: string;
  readonly method: "recoveryCode" | "email" | "phone" | "totp" | "password" | "passkey";
  /** The code; or the password */ readonly code?: string;
  readonly passkey?: PasskeyAnswer;
}

export interface CheckedRecovery {
  /** Whether it may be completed; else another method is to follow */ readonly isEnough: boolean;
  /** What was shown so far */ readonly methods: readonly string[];
}

export interface CompleteRecovery {
  /** What the start of the recovery answered */ readonly recovery: string;
  /** A new one, for subscribers whose password is kept here */ readonly password?: string;
  /** By what they recognise the session on a list, such as `Firefox, Linux` */ readonly browser?: string;
}

export interface Recovered {
  readonly subscriberId: string;
  /** Allows to change authenticators for ten minutes */ readonly stepUp: string | null;
  readonly pending: BegunSession | null;
}

export interface NewReset {
  /** To which of their addresses; default: an e-mail address, else a phone */ readonly authenticatorId?: string;
}

export interface StartedReset {
  readonly subscriberId: string;
  /** Masked */ readonly sentTo: string | null;
  readonly channel: "sms" | "email";
  /** RFC 3339, in UTC */ readonly endsAt: string | null;
}

export interface OpenReset {
  readonly subscriberId: string;
  readonly needsPassword: boolean;
  /** RFC 3339, in UTC */ readonly endsAt: string | null;
}

export interface CompleteReset {
  /** What the link of the reset holds */ readonly reset: string;
  /** A new one, for subscribers whose password is kept here */ readonly password?: string;
  /** By what they recognise the session on a list, such as `Firefox, Linux` */ readonly browser?: string;
}

export interface DoneReset {
  readonly subscriberId: string;
  readonly pending: BegunSession | null;
}

export interface OpenNotice {
  readonly subscriberId: string;
  /** RFC 3339, in UTC */ readonly madeAt: string | null;
  /** What its text told of */ readonly kind: "phoneAdded" | "phoneRemoved" | "emailAdded" | "emailRemoved" | "authenticatorAdded" | "authenticatorRemoved" | "removalBegun" | "passwordChanged" | "recoveryCodesMade" | "recoveryCodeUsed" | "recovered" | "resetStarted" | "resetDone" | "disputed" | "disablingNear" | "authenticatorDisabled" | null;
}

export interface Notice {
  /** What the link of the notice holds */ readonly notice: string;
}

export interface Disputed {
  readonly subscriberId: string;
}

export interface NewTenant {
  /** For people */ readonly name: string;
  /** Named in the texts of its first service */ readonly brand?: string;
  /** BCP 47 language tag of its first service */ readonly locale?: string;
}

export interface StartedTenant {
  readonly id: string;
  readonly name: string;
  /** RFC 3339, in UTC */ readonly createdAt: string;
  readonly service: Service;
  readonly key: IssuedKey;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  /** RFC 3339, in UTC */ readonly createdAt: string;
}

export interface TenantList {
  readonly items: readonly Tenant[];
  readonly nextCursor: string | null;
}

export interface NewBackup {
  /** Name of the file, without its ending; the time of the call by default */ readonly name?: string;
}

export interface Backup {
  /** On the machine of the server */ readonly path: string;
  readonly bytes: number;
  /** RFC 3339, in UTC */ readonly createdAt: string;
  readonly masterSecretIncluded: false;
  readonly remark: string;
}

export interface SecretsRotation {
  /** RFC 3339, in UTC */ readonly startedAt: string;
  /** RFC 3339, in UTC */ readonly finishedAt: string | null;
  readonly tenant: string | null;
  readonly keepsDataKeys: boolean;
  /** Id of the master secret that everything is brought to */ readonly secret: string;
  /** It ends with a pass that finds nothing left */ readonly pass: number;
  /** Which table it is at; null once it is over */ readonly place: string | null;
  /** Rows looked at */ readonly looked: number;
  /** Values that were sealed or wrapped anew */ readonly sealed: number;
  /** Values that do not open, and stay as they are */ readonly broken: number;
}

export interface SecretsStatus {
  readonly secrets: readonly { readonly id: string; readonly role: "current" | "former" | "kept"; readonly values: number; readonly hashes: number; readonly removable: boolean; readonly remark: string }[];
  readonly values: readonly { readonly value: string; readonly key: string; readonly count: number }[];
  readonly rotation: SecretsRotation | null;
}

/** Null before the first one */
export interface LastSecretsRotation {
  readonly rotation: SecretsRotation | null;
}

export interface NewSecretsRotation {
  /** Whose data key is replaced; of all tenants if not given */ readonly tenant?: string;
  /** Only wraps data keys under the current master secret, and seals anew what is under a former one */ readonly keepDataKeys?: boolean;
}

/** As this node sees them, since it started */
export interface Carriers {
  readonly carriers: readonly { readonly carrier: string; readonly channel: "sms" | "voice" | "email"; readonly standing: "well" | "silent" | "resting" | "open" | "demoted"; readonly why: string; readonly totals: readonly { readonly region: string | null; readonly accepted: number; readonly delivered: number; readonly approved: number; readonly cost: string; readonly costPerDelivery: string | null; readonly costPerApproval: string | null }[] }[];
}

export interface Route {
  /** What the route is for: a prefix, a region, or `*` */ readonly place: string;
  readonly carriers: readonly { readonly carrier: string; readonly tier: number; readonly share: number; readonly standing: "well" | "silent" | "resting" | "open" | "demoted"; readonly why: string; readonly from: string | null; readonly ratePerSecond: number | null; readonly price: string | null }[];
}

export interface ListKeysQuery {
  /** `nextCursor` of the page before */ readonly cursor?: string;
  /** Items of a page, 1 to 100; default 20 */ readonly limit?: number;
}

export interface ListServicesQuery {
  /** `nextCursor` of the page before */ readonly cursor?: string;
  /** Items of a page, 1 to 100; default 20 */ readonly limit?: number;
}

export interface ListMessagesQuery {
  /** Phone number in international form */ readonly to?: string;
  /** `nextCursor` of the page before */ readonly cursor?: string;
  /** Items of a page, 1 to 100; default 20 */ readonly limit?: number;
}

export interface ListDeliveriesQuery {
  /** Phone number in international form */ readonly to?: string;
  /** Only the deliveries of one verification */ readonly verification?: string;
  readonly state?: "queued" | "sending" | "unknown" | "accepted" | "delivered" | "failed" | "unconfirmed" | "dropped";
  readonly channel?: "sms" | "voice" | "email";
  /** Only what this carrier was asked last */ readonly provider?: string;
  /** `nextCursor` of the page before */ readonly cursor?: string;
  /** Items of a page, 1 to 100; default 20 */ readonly limit?: number;
}

export interface ListWebhooksQuery {
  /** `nextCursor` of the page before */ readonly cursor?: string;
  /** Items of a page, 1 to 100; default 20 */ readonly limit?: number;
}

export interface ListWebhookEventsQuery {
  /** `nextCursor` of the page before */ readonly cursor?: string;
  /** Items of a page, 1 to 100; default 20 */ readonly limit?: number;
  /** Only events in this state */ readonly state?: "waiting" | "posting" | "received" | "failed";
}

export interface ListSubscribersQuery {
  /** Only the one of this name */ readonly name?: string;
  /** `nextCursor` of the page before */ readonly cursor?: string;
  /** Items of a page, 1 to 100; default 20 */ readonly limit?: number;
}

export interface DeleteSubscriberQuery {
  /** Whether what was sent to their proved numbers and addresses goes as well */ readonly erase?: "true" | "false";
}

export interface CheckSessionQuery {
  /** How long ago an authenticator may have been used at the most */ readonly maxAgeSeconds?: string;
}

export interface ListTenantsQuery {
  /** `nextCursor` of the page before */ readonly cursor?: string;
  /** Items of a page, 1 to 100; default 20 */ readonly limit?: number;
}

export interface ExplainRouteQuery {
  readonly channel?: "sms" | "voice";
}
