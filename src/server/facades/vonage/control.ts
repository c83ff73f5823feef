import type { FastifyRequest } from "fastify";
import { guardCaller } from "../../caller.ts";
import { needScope } from "../dialect-key.ts";
import { facadeBinding } from "../ids.ts";
import type { Answer } from "./answers.ts";
import type { Visitor } from "./credentials.ts";
import { errors, refuse } from "./errors.ts";
import { requestIdIn } from "./request-id.ts";
import { cancelErrors, triggerErrors } from "./translations.ts";

/** `/verify/control`: ends a request, or starts its next event now. */
export async function control(request: FastifyRequest, { caller, parameters }: Visitor): Promise<Answer> {
  needScope(caller, "verifications:write");
  const { given, id } = requestIdIn(parameters, "control");
  const command = parameters.get("cmd");
  if (command === undefined) return refuse(errors.missing("cmd"));
  const verb = { tenantId: caller.tenantId, id, binding: facadeBinding.vonage };
  const { engine } = request.server;
  if (command === "cancel") {
    const result = await engine.cancel(verb);
    if (result.outcome === "canceled") return { status: "0", command };
    return refuse(cancelErrors[result.outcome](cancelTimes(result), given));
  }
  if (command === "trigger_next_event") {
    const result = await engine.next({ ...verb, caller: guardCaller(request) });
    if (result.outcome === "sent") return { status: "0", command };
    return refuse(triggerErrors[result.outcome](result, given));
  }
  return refuse(errors.invalid("cmd"));
}

/** How old it must be to be canceled; nothing where age does not help. */
function cancelTimes(result: {
  readonly allowedAt?: number | null;
  readonly verification?: { readonly createdAt: number } | null;
}): { readonly cancelFromSeconds?: number } {
  const { allowedAt, verification } = result;
  if (typeof allowedAt !== "number" || !verification) return {};
  return { cancelFromSeconds: Math.ceil((allowedAt - verification.createdAt) / 1_000) };
}
