import type { FastifyRequest } from "fastify";
import type { View } from "../pages/views.ts";
import { formSeal } from "../pages/visit.ts";
import { appFields, ofPhone } from "./code-fields.ts";
import type { Current } from "./current.ts";
import { recoverChooseView, recoverFinishView, recoverNameView, recoverProveView } from "./recover-views.ts";
import { type AccountParts, base } from "./views.ts";
import type { Recovering, ViewName } from "./visit.ts";

/** Where somebody is on their way back. */
export function recoverView(request: FastifyRequest, current: Current): View {
  const { visit, language } = current;
  const { engine, clock, parts: engineParts } = request.server;
  const now = clock.now();
  const { recovery } = visit;
  const isOn = recovery !== null && now < recovery.endsAt;
  const name = isOn ? viewName(recovery) : "recoverName";
  const form = formSeal(engineParts, visit);
  const note = visit.note?.on === name ? visit.note : null;
  const parts: AccountParts = { language, form, note, base: `${base}/recover` };
  if (!isOn) {
    const isOver = recovery !== null && note === null;
    const over = { on: "recoverName", words: "recoverOver", field: null } as const;
    return recoverNameView(isOver ? { ...parts, note: over } : parts);
  }
  const minutesLeft = Math.max(1, Math.ceil((recovery.endsAt - now) / 60_000));
  const recoverParts = { ...parts, recovery, minutesLeft };
  if (recovery.isEnough) return recoverFinishView(recoverParts);
  const { proving, sent } = recovery;
  if (proving === null) {
    const may = { mayEmail: engine.hasEmailCarrier(), mayPasskey: current.hasPasskeys };
    return recoverChooseView({ ...recoverParts, ...may });
  }
  const isSent = proving === "phone" || proving === "email";
  const fields = isSent ? ofPhone(request, current, sent[proving]) : appFields;
  return recoverProveView({ ...recoverParts, ...fields, proving });
}

function viewName({ isEnough, proving }: Recovering): ViewName {
  if (isEnough) return "recoverFinish";
  return proving === null ? "recoverChoose" : "recoverProve";
}
