import { uuidv7 } from "../../clock/index.ts";
import { open, SealBroken, type SealContext, seal } from "../../secrets/index.ts";
import { key, type Rows, type UpdateDecision } from "../../store/index.ts";
import { useKey, useRecord } from "../single-use.ts";
import { isOpenedBy } from "./bearers.ts";
import type { AccountParts } from "./parts.ts";
import { activeSession, type Begun } from "./sessions.ts";
import { type SubscriberView, toSessionView, toSubscriberView } from "./views.ts";

/** As long as a ticket of a verification (W-14). */
const lifetimeMs = 60_000;
const lengthMax = 600;

export interface IssueTicket {
  readonly tenantId: string;
  /** The bearer of an active session. */
  readonly session: string;
}

/** A ticket that tells the host application once whose session this is; null for a session that is not active. */
export async function issueTicket(
  parts: AccountParts,
  { tenantId, session: given }: IssueTicket,
): Promise<string | null> {
  const row = await activeSession(parts, tenantId, given);
  if (row === null) return null;
  const now = parts.clock.now();
  const ticket: Ticket = { id: uuidv7(now, parts.random), issuedAt: now, sessionId: row.id };
  return seal(parts.keyring, parts.random, contextOf(tenantId), JSON.stringify(ticket));
}

interface Ticket {
  readonly id: string;
  readonly issuedAt: number;
  readonly sessionId: string;
}

/** Another tenant's does not open. */
function contextOf(tenant: string): SealContext {
  return { table: "sessions", column: "ticket", row: "", tenant };
}

export interface RedeemTicket {
  readonly tenantId: string;
  readonly ticket: string;
}

export type RedeemTicketResult =
  /** Of the session everything but its bearer, which is the browser's. */
  | {
      readonly outcome: "redeemed";
      readonly subscriber: SubscriberView;
      readonly session: Omit<Begun, "bearer">;
    }
  /** Unknown, another tenant's, redeemed before, too old, or of a session that has ended: no answer tells which. */
  | { readonly outcome: "ticketInvalid" };

/** Redeems a ticket, once: of any number of attempts on any number of nodes, one succeeds (W-14). */
export async function redeemTicket(
  parts: AccountParts,
  { tenantId, ticket: given }: RedeemTicket,
): Promise<RedeemTicketResult> {
  const ticket = opened(parts, tenantId, given);
  const found = ticket === null ? undefined : await parts.store.get(key("session", ticket.sessionId));
  if (ticket === null || found === undefined) {
    // Decided like any other, so that a repeat with the same key is known as one.
    return await parts.decide<RedeemTicketResult>([], () => ({
      writes: [],
      result: { outcome: "ticketInvalid" },
    }));
  }
  const usedKey = useKey(parts, "ticket", ticket.id);
  const sessionKey = key("session", found.id);
  const subscriberKey = key("subscriber", found.subscriberId);
  const decision = (rows: Rows, now: number): UpdateDecision<RedeemTicketResult> => {
    const session = rows.get(sessionKey);
    const subscriber = rows.get(subscriberKey);
    const isGood =
      rows.get(usedKey) === undefined &&
      now >= ticket.issuedAt - lifetimeMs &&
      now < ticket.issuedAt + lifetimeMs &&
      session !== undefined &&
      // What opened it when the ticket was issued opens it still.
      isOpenedBy(
        session,
        { state: "active", id: session.id, digest: session.digest },
        subscriber,
        tenantId,
        now,
      );
    if (!isGood || subscriber === undefined) return { writes: [], result: { outcome: "ticketInvalid" } };
    const used = useRecord(usedKey.id, null, "", now);
    const view = toSubscriberView(parts, subscriber);
    return {
      writes: [{ table: "idempotency", id: usedKey.id, row: used }],
      result: { outcome: "redeemed", subscriber: view, session: { session: toSessionView(session) } },
    };
  };
  return await parts.decide([subscriberKey, sessionKey, usedKey], decision, found.subscriberId);
}

function opened(parts: AccountParts, tenantId: string, given: string): Ticket | null {
  if (given.length > lengthMax) return null;
  try {
    return JSON.parse(open(parts.keyring, contextOf(tenantId), given)) as Ticket;
  } catch (cause) {
    if (cause instanceof SealBroken) return null;
    throw cause;
  }
}
