import type { Channel, Policy } from "../verification/index.ts";

/** Who calls: owns keys, services and recipients, and sees nothing of other tenants. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** Raised with each change of its services, so that a list of them that was read before is known to be whole. */
  readonly servicesRevision?: number;
  /** Texts that its services may be given through Telnyx's facade; absent before the first. */
  readonly telnyxTemplates?: readonly TelnyxTemplate[];
}

/** A message template as Telnyx knows it: `{{code}}` and its like in a text. */
export interface TelnyxTemplate {
  readonly id: string;
  readonly text: string;
}

/** A named set of settings; a start names one, or gets the tenant's first. */
export interface Service {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly settings: ServiceSettings;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface ServiceSettings {
  /** Named in every text; at most 20 characters of letters, digits and limited punctuation (C-25). */
  readonly brand: string;
  /** BCP 47; what a start may override. */
  readonly locale: string;
  /** What differs from the default policy. */
  readonly policy: Partial<Policy>;
  readonly channels: readonly Channel[];
  /** What people see of this service in a browser; absent where nothing was set. */
  readonly page?: PageSettings;
  /** What its messages say in its own way; rows from before there were such settings have none. */
  readonly texts?: TextSettings;
  /** What the customer's code calls this service by, from the vendor that it was written for. */
  readonly adopted?: AdoptedIds;
  /** What only Telnyx's facade knows of it; absent where nothing came through there. */
  readonly telnyx?: TelnyxProfile;
}

/** Ids of a vendor's that a service answers to, so that code that carries them need not change. */
export interface AdoptedIds {
  /** UUID of a Vonage application. */
  readonly vonageApplication?: string;
  /** UUID of a Telnyx verify profile. */
  readonly telnyxProfile?: string;
  /** `VA` and 32 hexadecimal digits of a Twilio Verify service. */
  readonly twilioService?: string;
}

/** A service as a verify profile of Telnyx. */
export interface TelnyxProfile {
  readonly name?: string;
  /** BCP 47. */
  readonly language?: string | null;
  readonly webhookUrl?: string | null;
  readonly webhookFailoverUrl?: string | null;
  readonly sms?: TelnyxChannel;
  readonly call?: TelnyxChannel;
  readonly flashcall?: TelnyxChannel;
  /** Deleted through the facade: unknown there from then on, while the service goes on. */
  readonly deletedAt?: number;
}

/** What a verify profile sets for one channel. */
export interface TelnyxChannel {
  readonly appName?: string;
  readonly codeLength?: number;
  readonly timeoutSeconds?: number;
  /** ISO 3166-1 regions, or a star for all. */
  readonly destinations?: readonly string[];
  readonly templateId?: string;
  readonly alphaSender?: string | null;
}

export interface PageSettings {
  /** Whether somebody may come without a link that a key asked for. Not set: only in the sandbox. */
  readonly anonymous?: boolean;
  /** Whether people sign in on its account pages, and may sign up there. Not set: both in the sandbox, else neither. */
  readonly accounts?: "none" | "signIn" | "signUp";
  /** Where a page may lead back to, letter by letter (W-14). */
  readonly returnUrls?: readonly string[];
  /** Origins of applications that may show its page in a frame of theirs; without any, nobody may (W-12). */
  readonly frameAncestors?: readonly string[];
  /** `#1d5fd1` */
  readonly accent?: string | null;
  /** A small image as a `data:` URL. */
  readonly logo?: string | null;
}

/** The words of a service's messages. They are read when a message is sent, not frozen at the start. */
export interface TextSettings {
  /** By locale, then by kind; what is missing is said in our words. */
  readonly templates?: Readonly<Record<string, Templates>>;
  /** Whether typographic characters make way for those of the short SMS alphabet (O-7). */
  readonly transliterate?: boolean;
  /** Where a start gets its locale that names none; without it, from the service. */
  readonly localeFrom?: "service" | "number";
  /** Domains of the tenant whose pages read codes (O-2); the first is the one that a start gets which names none. */
  readonly hosts?: readonly string[];
  /** Android apps of the tenant that read codes (O-4), by the hash of the SMS Retriever. */
  readonly appHashes?: readonly string[];
  /** Who reads the codes of a start that does not say; without it, people alone. */
  readonly platform?: Platform;
}

/** What reads a code by itself: a page or an app. `none` leaves it to people. */
export type Platform = "web" | "android" | "none";

export interface Templates {
  readonly sms?: string;
  readonly voice?: string;
  readonly paymentSms?: string;
  readonly paymentVoice?: string;
}

/** What a key may do. A key holds any set of them. */
export const scopes = [
  "verifications:write",
  "verifications:read",
  "verifications:settle",
  "numbers:read",
  "messages:send",
  "messages:read",
  "services:write",
  "services:read",
  "webhooks:write",
  "webhooks:read",
  "subscribers:write",
  "subscribers:read",
  "subscribers:reset",
  "challenges:write",
  "sessions:write",
  "keys:write",
  "keys:read",
  "tenants:write",
  "tenants:read",
  "secrets:write",
  "secrets:read",
  "backup",
] as const;

export type Scope = (typeof scopes)[number];

/** Each vendor's API that we speak; each has a secret of its own, verified alone and revocable alone (W-1). */
export const dialects = ["vonage", "twilio", "telnyx", "flowroute"] as const;

export type Dialect = (typeof dialects)[number];

/** A record of what a caller presents; the secret itself is not in it. */
export interface ApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** SHA-256 of the bearer secret. */
  readonly digest: string;
  /** Per dialect: the public half, and the SHA-256 of the secret half. */
  readonly dialects: Readonly<Partial<Record<Dialect, DialectRecord>>>;
  /** CIDR ranges the key may be used from; empty for all. */
  readonly allowedAddresses: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** Approximate: written at most once a minute. */
  readonly lastUsedAt?: number;
}

export interface DialectRecord {
  readonly user: string;
  readonly digest: string;
  readonly revokedAt: number | null;
}

/** Under what a key is found in each dialect: its public half, or the digest where the vendor has only a secret. */
export const dialectNames: Readonly<Record<Dialect, "user" | "digest">> = {
  vonage: "user",
  twilio: "user",
  telnyx: "digest",
  flowroute: "user",
};
