/**
 * A caller's own text. It carries no code of ours and is never checked; how it fares is in its one delivery, which has
 * the message's id in the place of a verification's.
 */
export interface Message {
  /** UUIDv7. */
  readonly id: string;
  readonly tenantId: string;
  readonly serviceId: string;
  readonly recipientId: string;
  /** The text, sealed: it may hold a code of the caller's own. */
  readonly sealedText: string;
  /** The sender that the caller named; null for that of the route. */
  readonly from: string | null;
  /** What was registered for the text, where its caller says so; else what the route says. */
  readonly registration?: { readonly entityId: string; readonly templateId: string };
  /** Where its caller wants to be told what becomes of it; absent where nobody asked. */
  readonly receipts?: MessageReceipts;
  /** A text of ours to somebody's address, such as a notice or a reset: its tenant never reads it (P-7). */
  readonly isOurs?: true;
  readonly clientRef: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly createdAt: number;
}

/** In whose words a caller is told what becomes of a message, and where. */
export interface MessageReceipts {
  readonly dialect: "vonage" | "telnyx" | "flowroute";
  /** The key that sent it: what some vendors sign with follows from it. */
  readonly keyId: string;
  readonly sealedUrl: string;
}
