import { decidePassword, decidePasswordChange, hasSecond, nameRow } from "../../accounts/index.ts";
import { key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import { isOpenedBy, readBearer } from "./bearers.ts";
import { judge, type PasswordRefused } from "./new-password.ts";
import { prepareNotice } from "./notices.ts";
import { type AccountParts, holderDigest, nobodysId, shownName } from "./parts.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";

export type ChangePassword = SubscriberRef & {
  readonly password: string;
  /** An approved challenge with the purpose `manage`: asked for as soon as anything is enrolled. */
  readonly stepUp?: string | undefined;
  /** The password that is to go: asked for where nothing is enrolled. */
  readonly current?: string | undefined;
  /** The session that asks for it: the only one that goes on. */
  readonly session?: string | undefined;
  readonly device?: string | undefined;
};

export type ChangePasswordResult =
  | { readonly outcome: "changed"; readonly subscriberId: string }
  | {
      readonly outcome:
        | "subscriberNotFound"
        | "stepUpRequired"
        | "signInRefused"
        | "sessionInvalid"
        | "changesFrozen";
    }
  | { readonly outcome: "signInLocked"; readonly retryAt: number }
  | PasswordRefused;

/** A new password. A wrong current one counts as a wrong one of a sign-in does. */
export async function changePassword(
  parts: AccountParts,
  request: ChangePassword,
): Promise<ChangePasswordResult> {
  const { tenantId, password } = request;
  const found = await findSubscriber(parts, request);
  if (found === undefined) return { outcome: "subscriberNotFound" };
  const name = shownName(parts, found) ?? "";
  const isBeside = found.mustHaveSecond || hasSecond(found, parts.clock.now());
  const problem = await judge(parts, password, name, isBeside);
  if (problem !== null) return { outcome: "passwordRefused", problem };
  const { current } = request;
  const knows = current !== undefined && (await parts.hasher.verify(found.password, current)).matches;
  const next = await parts.hasher.hash(password);
  const notice = await prepareNotice(parts, found, "passwordChanged");
  const subscriberKey = key("subscriber", found.id);
  const nameKey = key("subscriberName", found.nameId);
  const stepUpKey = key("challenge", request.stepUp ?? nobodysId);
  const presented = request.session === undefined ? null : readBearer(request.session);
  if (request.session !== undefined && presented === null) return { outcome: "sessionInvalid" };
  const sessionKey = key("session", presented?.id ?? nobodysId);
  const decision = (rows: Rows, now: number): UpdateDecision<ChangePasswordResult> => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const session = rows.get(sessionKey);
    const isHeld = presented?.state === "active" && isOpenedBy(session, presented, row, tenantId, now);
    if (presented !== null && !isHeld) return { writes: [], result: { outcome: "sessionInvalid" } };
    const knowsCurrent = knows && row.password === found.password;
    const counted = countedGuess(parts, request, rows.get(nameKey) ?? nameRow(nameKey.id, tenantId, now), {
      isAsked: current !== undefined && !hasSecond(row, now),
      matches: knowsCurrent,
      now,
    });
    if (counted.refused !== null) return { writes: counted.writes, result: counted.refused };
    const change = {
      password: next,
      stepUp: rows.get(stepUpKey),
      knowsCurrent,
      sessionId: presented?.id ?? null,
    };
    const decided = decidePasswordChange(row, change, now);
    if (decided.type === "refused") {
      return { writes: counted.writes, result: { outcome: decided.outcome.type } };
    }
    const write: Write = { table: "subscriber", id: row.id, row: decided.subscriber };
    return {
      writes: [...notice.writes(rows, now), ...counted.writes, write],
      result: { outcome: "changed", subscriberId: row.id },
    };
  };
  return await parts.decide(
    [...notice.keys, nameKey, subscriberKey, stepUpKey, sessionKey],
    decision,
    found.id,
  );
}

interface Counted {
  readonly writes: readonly Write[];
  readonly refused:
    | { readonly outcome: "signInRefused" }
    | { readonly outcome: "signInLocked"; readonly retryAt: number }
    | null;
}

function countedGuess(
  parts: AccountParts,
  { tenantId, device: given }: ChangePassword,
  name: Parameters<typeof decidePassword>[0],
  { isAsked, matches, now }: { readonly isAsked: boolean; readonly matches: boolean; readonly now: number },
): Counted {
  if (!isAsked) return { writes: [], refused: null };
  const device = given === undefined ? null : holderDigest(parts, tenantId, "device", given);
  const { next, outcome } = decidePassword(name, { device, matches }, now);
  if (outcome.type === "locked") {
    return { writes: [], refused: { outcome: "signInLocked", retryAt: outcome.retryAt } };
  }
  const writes: Write[] = [{ table: "subscriberName", id: next.id, row: next }];
  return { writes, refused: outcome.type === "right" ? null : { outcome: "signInRefused" } };
}
