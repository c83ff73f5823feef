import { noted, type Step } from "./current.ts";
import { isWarning } from "./link-views.ts";
import { passwordRefusal } from "./passwords.ts";
import { backIn } from "./recovery.ts";
import { anew } from "./visit.ts";

/** "This was not me": everybody is signed out and nothing is changed any more. Only this, and only by a form, does it. */
export const dispute: Step = async ({ accounts }, { visit }) => {
  const on = "/account/not-me";
  const { followed, tenantId } = visit;
  if (followed?.kind !== "notice") return { visit, on };
  const of = { tenantId, notice: followed.notice };
  const told = await accounts.checkNotice(of);
  const isWarned = told.outcome === "noticeOpen" && isWarning(told.kind);
  const result = await accounts.disputeNotice(of);
  if (result.outcome !== "disputed") return { visit: { ...visit, note: null }, on };
  const { stopped } = result;
  return { visit: { ...visit, followed: { kind: "disputed", stopped, isWarned }, note: null }, on };
};

/** A password of their own; then they enrol anew. */
export const takeReset: Step = async (tools, current, fields) => {
  const { accounts, parts } = tools;
  const { visit } = current;
  const on = "/account/reset";
  const { followed, tenantId } = visit;
  if (followed?.kind !== "reset") return { visit, on };
  const { reset } = followed;
  const password = fields["password"];
  const result = await accounts.completeReset({
    tenantId,
    reset,
    browser: current.browser,
    ...(password === undefined ? {} : { password }),
  });
  switch (result.outcome) {
    case "resetDone": {
      const pending = { bearer: result.pending.bearer, challengeId: null, subscriberId: result.subscriberId };
      const fresh = anew(parts, visit);
      const stepped = await backIn(tools, current, {
        ...noted(fresh, "enrol", "resetDone"),
        pending,
        followed: { kind: "resetDone" },
      });
      return { ...stepped, on };
    }
    case "passwordRefused":
      return { visit: noted(visit, "reset", ...passwordRefusal(result.problem, {})), on };
    case "requestInvalid":
      return { visit: noted(visit, "reset", "passwordMissing", { field: "password" }), on };
    default:
      return { visit: { ...visit, note: null }, on };
  }
};
