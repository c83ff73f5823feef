import type { PasswordProblem } from "../../accounts/index.ts";
import { type AuditAct, auditHeadKey, auditWrites } from "../../audit/index.ts";
import type { Accounts, EngineParts, SubscriberView } from "../../engine/index.ts";
import { bearerDigest, keyedDigest, requireKey } from "../../secrets/index.ts";
import { type Key, key, type Store } from "../../store/index.ts";
import { unread } from "./frame.ts";

/**
 * Administrators are subscribers of a tenant that has no row: no key can be of it, no service, no account page and no
 * facade, so that nothing but the console ever asks for them (ADR 58).
 */
export const consoleTenantId = "00000000-0000-7000-8000-000000000000";

/** What an administrator is called on pages and in the audit log, also where the name cannot be read. */
export function nameOf({ name }: Pick<SubscriberView, "name">): string {
  return name ?? unread;
}

/** How long an invitation can be used. */
export const invitationLifetimeMs = 3_600_000;
const secretBytes = 32;
/** Of a deployment that is run by people; a page of them. */
export const administratorsMax = 50;

/** An invitation as it is shown, once. */
export interface Invitation {
  /** What its holder presents. */
  readonly secret: string;
  readonly endsAt: number;
}

type Parts = Pick<EngineParts, "store" | "keyring" | "random">;

/** Whether anybody administers yet. */
export async function hasAdministrators(store: Store): Promise<boolean> {
  return (await store.subscribers({ tenantId: consoleTenantId, limit: 1 })).length > 0;
}

/**
 * Makes one more administrator possible: whoever presents the secret within an hour, once. Only its digest is kept, among
 * the records of what is used once (ADR 22), and with the entry of the audit log in one transaction.
 */
export async function invite(parts: Parts, act: AuditAct): Promise<Invitation> {
  const secret = Buffer.from(parts.random.bytes(secretBytes)).toString("base64url");
  const { open } = keysOf(parts, secret);
  return await parts.store.update<Invitation>([auditHeadKey, open], (rows, now) => {
    const endsAt = now + invitationLifetimeMs;
    const outcome = {
      type: "invitation",
      endsAt,
      by: act.actor.kind === "administrator" ? act.actor.id : null,
    };
    const row = { id: open.id, fingerprint: "", verificationId: null, outcome, createdAt: now };
    const entry = auditWrites(parts.keyring, rows, act, now);
    return {
      writes: [{ table: "idempotency", id: open.id, row }, ...entry],
      result: { secret, endsAt },
    };
  });
}

/** Whether an invitation can be used now: neither unknown, nor over, nor used. */
export async function isInvited(parts: Parts & Pick<EngineParts, "clock">, secret: string): Promise<boolean> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(secret)) return false;
  const { open, used } = keysOf(parts, secret);
  const [made, taken] = await Promise.all([parts.store.get(open), parts.store.get(used)]);
  if (made === undefined || taken !== undefined) return false;
  const { type, endsAt, by } = made.outcome;
  if (type !== "invitation" || typeof endsAt !== "number" || parts.clock.now() >= endsAt) return false;
  // What somebody made who was removed since would be their own way back.
  return typeof by !== "string" || (await parts.store.get(key("subscriber", by))) !== undefined;
}

export type JoinResult =
  | { readonly outcome: "joined"; readonly id: string; readonly name: string }
  | { readonly outcome: "notInvited" | "nameTaken" }
  | { readonly outcome: "refused"; readonly field: "name" | "password"; readonly detail: string };

/**
 * The first who uses it becomes an administrator: what uses it up, and the entry of the audit log, are written with the
 * subscriber, or not at all.
 */
export async function join(
  parts: Parts & Pick<EngineParts, "clock">,
  accounts: Accounts,
  asked: { readonly secret: string; readonly name: string; readonly password: string },
  actOf: (who: { readonly id: string; readonly name: string }) => AuditAct,
): Promise<JoinResult> {
  const { secret, name, password } = asked;
  if (!(await isInvited(parts, secret))) return { outcome: "notInvited" };
  const tenantId = consoleTenantId;
  // What is refused here leaves the invitation as it is.
  if ((await accounts.subscriber({ tenantId, name })) !== null) return { outcome: "nameTaken" };
  if ((await accounts.subscribers({ tenantId, limit: administratorsMax })).length >= administratorsMax) {
    return {
      outcome: "refused",
      field: "name",
      detail: `There are ${administratorsMax} administrators already: one has to be removed first.`,
    };
  }
  const idempotency = { id: keysOf(parts, secret).used.id, fingerprint: "invitation" };
  const done = await accounts.once({ tenantId, idempotency }, (verbs) =>
    verbs.createSubscriber(
      { tenantId, name, password, mustHaveSecond: true },
      {
        keys: [auditHeadKey],
        writes: (rows, made, now) =>
          auditWrites(parts.keyring, rows, actOf({ id: made.id, name: nameOf(made) }), now),
      },
    ),
  );
  if (done.outcome !== "answered" || done.replayed) return { outcome: "notInvited" };
  const { result } = done;
  switch (result.outcome) {
    case "created":
      return { outcome: "joined", id: result.subscriber.id, name: nameOf(result.subscriber) };
    case "nameTaken":
      return { outcome: "nameTaken" };
    case "passwordRefused":
      return { outcome: "refused", field: "password", detail: passwordWords(result.problem) };
    case "requestInvalid":
      return { outcome: "refused", field: "name", detail: `The user name ${result.detail}.` };
    default:
      return result satisfies never;
  }
}

/** Where an invitation is written down, and where its use is. */
function keysOf(
  { keyring }: Pick<EngineParts, "keyring">,
  secret: string,
): { readonly open: Key<"idempotency">; readonly used: Key<"idempotency"> } {
  // Under the first secret of this data, so that nodes agree while secrets rotate.
  const under = requireKey(keyring, "page", keyring.indexId);
  const idOf = (what: string): string =>
    keyedDigest(under, [what, bearerDigest(secret)])
      .subarray(0, 24)
      .toString("base64url");
  return {
    open: key("idempotency", idOf("invitation")),
    used: key("idempotency", idOf("invitation used")),
  };
}

function passwordWords(problem: PasswordProblem): string {
  switch (problem.reason) {
    case "tooShort":
      return `The password needs at least ${problem.least} characters.`;
    case "tooLong":
      return `The password may have ${problem.mostBytes} bytes at the most.`;
    case "tooCommon":
      return "Many people use this password: choose another one.";
    case "containsContext":
      return "The password is little more than the user name or the name of the product.";
    case "malformed":
      return "The password has a character that no keyboard makes.";
    default:
      return problem satisfies never;
  }
}
