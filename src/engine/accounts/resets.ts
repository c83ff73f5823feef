import {
  type Address,
  afterReset,
  isResetOpen,
  type PasswordProblem,
  provenAddresses,
  resetLifetimeMs,
  withReset,
} from "../../accounts/index.ts";
import { resetText } from "../../delivery/index.ts";
import { maskEmail, maskPhoneNumber } from "../../numbers/index.ts";
import { bearerDigest } from "../../secrets/index.ts";
import { key, type Rows, type UpdateDecision } from "../../store/index.ts";
import { newSecret, readSecret } from "./bearers.ts";
import { linkTo } from "./links.ts";
import { prepareNotice, remembering } from "./notices.ts";
import { type AccountParts, addressIn } from "./parts.ts";
import { newPasswordProblem } from "./recovery.ts";
import { type Begun, planSession } from "./sessions.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";

export type StartReset = SubscriberRef & {
  /** Which of their addresses; without it an e-mail address, else a phone. */
  readonly authenticatorId?: string | undefined;
};

export type StartResetResult =
  | {
      readonly outcome: "resetStarted";
      readonly subscriberId: string;
      /** Masked. What was sent there, nobody but its owner sees. */
      readonly sentTo: string;
      readonly channel: "sms" | "email";
      readonly endsAt: number;
    }
  /** They have no address that was proved lately and can be written to. */
  | { readonly outcome: "subscriberNotFound" | "authenticatorNotFound" | "addressRequired" };

/**
 * Opens a way back in for somebody whose identity was proved elsewhere: a link to an address of theirs, used once. No
 * answer, list or event shows it, so that whoever starts it learns nothing that lets them in (P-7).
 */
export async function startReset(parts: AccountParts, request: StartReset): Promise<StartResetResult> {
  const found = await findSubscriber(parts, request);
  if (found === undefined) return await remembering(parts, { outcome: "subscriberNotFound" });
  const { tenantId } = found;
  const now = parts.clock.now();
  const all = provenAddresses(found, parts.settings.addressAgeMaxMs, now).filter(
    ({ disabledAt }) => disabledAt === null,
  );
  const { authenticatorId } = request;
  const named = all.find(({ id }) => id === authenticatorId);
  if (authenticatorId !== undefined && named === undefined) {
    return await remembering(parts, { outcome: "authenticatorNotFound" });
  }
  const address: Address | undefined = named ?? all.find(({ type }) => type === "email") ?? all[0];
  const service = await parts.directory.service(tenantId, undefined);
  if (address === undefined || service === undefined) {
    return await remembering(parts, { outcome: "addressRequired" });
  }
  const secret = newSecret(parts, "reset", found.id);
  const link = linkTo(parts, "reset", "reset", secret) ?? secret;
  const { brand, locale } = service.settings;
  const text = resetText({ brand, locale, link, minutes: resetLifetimeMs / 60_000 });
  const to = addressIn(parts, tenantId, address);
  const own = { tenantId, serviceId: service.id, to, text, lifetimeMs: resetLifetimeMs };
  const prepared = parts.engine.prepareOwnText(own);
  if (prepared === null) return await remembering(parts, { outcome: "addressRequired" });
  const notice = await prepareNotice(parts, found, "resetStarted", address);
  const subscriberKey = key("subscriber", found.id);
  const decision = (rows: Rows, at: number): UpdateDecision<StartResetResult> => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const reset = { digest: bearerDigest(secret), startedAt: at, endsAt: at + resetLifetimeMs };
    return {
      writes: [
        ...prepared.writes(rows, at),
        ...notice.writes(rows, at),
        { table: "subscriber", id: row.id, row: withReset(row, reset) },
      ],
      result: {
        outcome: "resetStarted",
        subscriberId: row.id,
        sentTo: address.type === "email" ? maskEmail(to) : maskPhoneNumber(to),
        channel: address.type === "email" ? "email" : "sms",
        endsAt: reset.endsAt,
      },
    };
  };
  return await parts.decide([prepared.key, ...notice.keys, subscriberKey], decision, found.id);
}

export interface OfReset {
  readonly tenantId: string;
  /** What the link of the reset holds. */
  readonly reset: string;
}

type Invalid = { readonly outcome: "resetInvalid" };

export type CheckResetResult =
  | {
      readonly outcome: "resetOpen";
      readonly subscriberId: string;
      /** Whether a new password is to be given with it. */
      readonly needsPassword: boolean;
      readonly endsAt: number;
    }
  | Invalid;

/** What a page shows before anybody presses anything: it uses nothing up. */
export async function checkReset(
  parts: AccountParts,
  { tenantId, reset }: OfReset,
): Promise<CheckResetResult> {
  const id = readSecret("reset", reset);
  const row = id === null ? undefined : await parts.store.get(key("subscriber", id));
  if (row?.tenantId !== tenantId || !isResetOpen(row, bearerDigest(reset), parts.clock.now())) {
    return { outcome: "resetInvalid" };
  }
  const needsPassword = row.password !== null;
  return { outcome: "resetOpen", subscriberId: row.id, needsPassword, endsAt: row.reset?.endsAt ?? 0 };
}

export type CompleteReset = OfReset & { readonly password?: string | undefined };

export type CompleteResetResult =
  | {
      readonly outcome: "resetDone";
      readonly subscriberId: string;
      /** Becomes active with the first authenticator that is enrolled. */
      readonly pending: Begun;
    }
  | Invalid
  | { readonly outcome: "passwordRefused"; readonly problem: PasswordProblem }
  | { readonly outcome: "requestInvalid"; readonly field: string; readonly detail: string };

/** A password of their own, and nothing enrolled but their e-mail addresses: they begin anew. */
export async function completeReset(
  parts: AccountParts,
  request: CompleteReset,
): Promise<CompleteResetResult> {
  const open = await checkReset(parts, request);
  if (open.outcome === "resetInvalid") return await remembering(parts, open);
  const subscriberKey = key("subscriber", open.subscriberId);
  const found = await parts.store.get(subscriberKey);
  if (found === undefined) return { outcome: "resetInvalid" };
  const refused = newPasswordProblem(parts, found, request.password, open.needsPassword);
  if (refused !== null) return refused;
  const hash = request.password === undefined ? null : await parts.hasher.hash(request.password);
  const notice = await prepareNotice(parts, found, "resetDone");
  const digest = bearerDigest(request.reset);
  const decision = (rows: Rows, at: number): UpdateDecision<CompleteResetResult> => {
    const row = rows.get(subscriberKey);
    if (row === undefined || !isResetOpen(row, digest, at)) {
      return { writes: [], result: { outcome: "resetInvalid" } };
    }
    const proofs = hash === null ? [] : [{ kind: "password" as const, authenticatorId: null, at }];
    const fields = { tenantId: row.tenantId, subscriberId: row.id, challengeId: null, proofs };
    const pending = planSession(parts, "pending", fields, at);
    const begun = { password: hash, sessionId: pending.row.id };
    return {
      writes: [
        ...notice.writes(rows, at),
        { table: "subscriber", id: row.id, row: afterReset(row, begun, at) },
        pending.write,
      ],
      result: { outcome: "resetDone", subscriberId: row.id, pending: pending.begun },
    };
  };
  return await parts.decide([...notice.keys, subscriberKey], decision, found.id);
}
