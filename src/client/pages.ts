import type { Channel } from "./verification.ts";

/** What you say about the person whom you send to the verification page. */
export interface PageRequest {
  /** One of the service's `page.returnUrls`, letter by letter. */
  readonly returnUrl: string;
  /** A random value that you keep in the session of this browser: it comes back with the ticket. */
  readonly state?: string;
  readonly purpose?: string;
  readonly subject?: string;
  /** The number to verify; without it the person types one. */
  readonly to?: string;
  readonly service?: string;
  readonly locale?: string;
}

/** What you say about the person whom you send to the account pages. */
export interface AccountPageRequest {
  /** One of the service's `page.returnUrls`, letter by letter. */
  readonly returnUrl: string;
  /** A random value that you keep in the session of this browser: it comes back with the ticket. */
  readonly state?: string;
  /** Default `signIn`, which leads back at once whoever is signed in. */
  readonly show?: "signIn" | "signUp" | "account";
  /** How long ago an authenticator may have been used at the most; goes with `signIn`. */
  readonly maxAgeSeconds?: number;
  readonly service?: string;
  readonly locale?: string;
}

/** Where to send the browser. */
export interface Page {
  readonly url: string;
  readonly expiresAt: string;
}

/** What a ticket proves. Compare `subject` and `purpose` with your session before you believe it. */
export interface Proof {
  readonly verificationId: string;
  readonly service: string;
  readonly purpose: string;
  readonly subject: string | null;
  readonly to: string;
  readonly approvedAt: string;
}

/** Whether a code would be sent to a number now, and why not. */
export interface Judgement {
  readonly allowed: boolean;
  readonly reason: string | null;
  readonly detail: string | null;
}

/** What is known of a number without asking anybody. */
export interface NumberDescription {
  readonly e164: string;
  readonly international: string;
  readonly national: string;
  readonly rfc3966: string;
  readonly region: string;
  readonly regionName: string;
  readonly countryCallingCode: string;
  readonly type: string;
  readonly possibleTypes: readonly string[];
  readonly channels: Readonly<Record<Exclude<Channel, "email">, Judgement>>;
  readonly metadata: { readonly library: string; readonly release: string; readonly releasedOn: string };
}

/** How many rows an erasure has removed. */
export interface Erased {
  readonly verifications: number;
  readonly deliveries: number;
}
