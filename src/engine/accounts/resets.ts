import {
  type Address,
  afterReset,
  isResetOpen,
  provenAddresses,
  resetLifetimeMs,
  type Subscriber,
  withReset,
} from "../../accounts/index.ts";
import { resetText } from "../../delivery/index.ts";
import { maskAddress } from "../../numbers/index.ts";
import { bearerDigest } from "../../secrets/index.ts";
import { key, type Rows, type UpdateDecision } from "../../store/index.ts";
import { newSecret, readSecret } from "./bearers.ts";
import { linkTo } from "./links.ts";
import { type NewPasswordRefused, newPasswordProblem } from "./new-password.ts";
import { prepareNotice, remembering } from "./notices.ts";
import { type AccountParts, addressIn } from "./parts.ts";
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
  // One that was added with nothing but a password may be whoever's that had it: only if it is named.
  const safe = all.filter((one) => one.type === "phone" || one.isVouched);
  const address: Address | undefined = named ?? safe.find(({ type }) => type === "email") ?? safe[0];
  const service = await parts.directory.service(tenantId, undefined);
  if (address === undefined || service === undefined) {
    return await remembering(parts, { outcome: "addressRequired" });
  }
  const secret = newSecret(parts, "reset", found.id);
  const link = linkTo(parts, "reset", "reset", secret) ?? secret;
  const { brand } = service.settings;
  const locale = found.locale ?? service.settings.locale;
  const said = resetText({ brand, locale, link, minutes: resetLifetimeMs / 60_000 });
  const to = addressIn(parts, tenantId, address);
  const own = { tenantId, serviceId: service.id, to, ...said, lifetimeMs: resetLifetimeMs };
  const prepared = parts.engine.prepareOwnText(own);
  if (prepared === null) return await remembering(parts, { outcome: "addressRequired" });
  const notice = await prepareNotice(parts, found, "resetStarted", address);
  const subscriberKey = key("subscriber", found.id);
  const decision = (rows: Rows, at: number): UpdateDecision<StartResetResult> => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const digest = bearerDigest(secret);
    const endsAt = at + resetLifetimeMs;
    const reset = { digest, startedAt: at, endsAt, authenticatorId: address.id };
    return {
      writes: [
        ...prepared.writes(rows, at),
        ...notice.writes(rows, at),
        { table: "subscriber", id: row.id, row: withReset(row, reset) },
      ],
      result: {
        outcome: "resetStarted",
        subscriberId: row.id,
        sentTo: maskAddress(to),
        channel: address.type === "email" ? "email" : "sms",
        endsAt,
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

/** Whose reset this is; undefined where it is nobody's, used, or over. */
async function findReset(parts: AccountParts, { tenantId, reset }: OfReset): Promise<Subscriber | undefined> {
  const id = readSecret("reset", reset);
  const row = id === null ? undefined : await parts.store.get(key("subscriber", id));
  const isOpen = row?.tenantId === tenantId && isResetOpen(row, bearerDigest(reset), parts.clock.now());
  return isOpen ? row : undefined;
}

/** Whoever has a password of ours gives a new one with it: theirs may be known to somebody else. */
const hasPassword = ({ password }: Subscriber): boolean => password !== null;

/** What a page shows before anybody presses anything: it uses nothing up. */
export async function checkReset(parts: AccountParts, request: OfReset): Promise<CheckResetResult> {
  const row = await findReset(parts, request);
  if (row === undefined) return { outcome: "resetInvalid" };
  const endsAt = row.reset?.endsAt ?? 0;
  return { outcome: "resetOpen", subscriberId: row.id, needsPassword: hasPassword(row), endsAt };
}

export type CompleteReset = OfReset & {
  readonly password?: string | undefined;
  /** By what its owner recognises the session that comes of it. */
  readonly browser?: string | undefined;
};

export type CompleteResetResult =
  | {
      readonly outcome: "resetDone";
      readonly subscriberId: string;
      /** Becomes active with the first authenticator that is enrolled. */
      readonly pending: Begun;
    }
  | Invalid
  | NewPasswordRefused;

/** A password of their own, and nothing enrolled but e-mail addresses of theirs: they begin anew. */
export async function completeReset(
  parts: AccountParts,
  request: CompleteReset,
): Promise<CompleteResetResult> {
  const found = await findReset(parts, request);
  if (found === undefined) return await remembering(parts, { outcome: "resetInvalid" });
  const subscriberKey = key("subscriber", found.id);
  const refused = await newPasswordProblem(parts, found, request.password, hasPassword(found));
  if (refused !== null) return refused;
  const hash = request.password === undefined ? null : await parts.hasher.hash(request.password);
  const linksUntil = parts.clock.now() - 1;
  const notice = await prepareNotice(parts, found, "resetDone");
  const digest = bearerDigest(request.reset);
  const decision = (rows: Rows, at: number): UpdateDecision<CompleteResetResult> => {
    const row = rows.get(subscriberKey);
    if (row === undefined || !isResetOpen(row, digest, at)) {
      return { writes: [], result: { outcome: "resetInvalid" } };
    }
    const proofs = hash === null ? [] : [{ kind: "password" as const, authenticatorId: null, at }];
    const { tenantId, id: subscriberId } = row;
    const fields = { tenantId, subscriberId, browser: request.browser, challengeId: null, proofs };
    const pending = planSession(parts, "pending", fields, at);
    const begun = { password: hash, sessionId: pending.row.id, linksUntil };
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
