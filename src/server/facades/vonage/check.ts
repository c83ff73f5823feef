import type { FastifyRequest } from "fastify";
import { needScope } from "../dialect-key.ts";
import { facadeBinding } from "../ids.ts";
import type { Answer } from "./answers.ts";
import type { Visitor } from "./credentials.ts";
import { errors, refuse, VonageRefusal } from "./errors.ts";
import { pricesFor } from "./prices.ts";
import { eventId, requestIdIn } from "./request-id.ts";
import { checkErrors } from "./translations.ts";

const codePattern = /^[A-Za-z0-9]{4,10}$/;

/** `/verify/check`: the code alone; amount and payee of a payment were shown, and the code is bound to them. */
export async function check(request: FastifyRequest, { caller, parameters }: Visitor): Promise<Answer> {
  needScope(caller, "verifications:write");
  const { given, id } = requestIdIn(parameters, "check");
  const code = parameters.get("code");
  if (code === undefined) return refuse(errors.missing("code"));
  if (!codePattern.test(code)) return refuse(errors.invalid("code"));
  const result = await request.server.engine.check({
    tenantId: caller.tenantId,
    id,
    code,
    binding: facadeBinding.vonage,
    paymentAsStarted: true,
  });
  if (result.outcome !== "approved") {
    const error = checkErrors[result.outcome](result, given);
    throw new VonageRefusal({ ...error, fields: { request_id: given } });
  }
  return {
    request_id: given,
    status: "0",
    event_id: eventId(id, result.verification.sends),
    ...(await pricesFor(request, id)),
  };
}
