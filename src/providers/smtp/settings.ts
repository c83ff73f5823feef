import type { Secret } from "../../secrets/index.ts";

/** `starttls` begins in the clear and sends nothing before it is encrypted; `tls` is encrypted from the first byte. */
export const smtpSecurities = ["starttls", "tls", "off"] as const;
export type SmtpSecurity = (typeof smtpSecurities)[number];

/** Where a mail server listens for programs that send (RFC 8314, RFC 6409); in the clear, on this machine. */
export const smtpPorts: Readonly<Record<SmtpSecurity, number>> = { starttls: 587, tls: 465, off: 25 };

/** A mail server that takes messages for anybody, and who they come from. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly security: SmtpSecurity;
  /** Null where it asks for none. */
  readonly login: { readonly user: string; readonly password: Secret } | null;
  /** The address that people see; the name before it is the brand. */
  readonly from: string;
  /** The address that bounces go to. */
  readonly envelopeFrom: string;
  readonly connectionsMax: number;
}
