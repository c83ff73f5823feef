import type { FastifyReply, FastifyRequest } from "fastify";
import type { Engine } from "../../../engine/index.ts";
import type { Caller } from "../../caller.ts";
import { facadeBinding } from "../ids.ts";
import { errors, refuse } from "./errors.ts";
import { isVerificationId, profileNamed } from "./profiles-of.ts";
import { callerOf, fieldsOf, neededText, textIn } from "./requests.ts";
import { phoneNumberIn } from "./start.ts";
import { checkErrors } from "./translations.ts";

type Checked = Readonly<Record<string, unknown>>;

const binding = facadeBinding.telnyx;

function answer(phoneNumber: string, isAccepted: boolean): Checked {
  return { data: { phone_number: phoneNumber, response_code: isAccepted ? "accepted" : "rejected" } };
}

/** `POST /v2/verifications/by_phone_number/{phone_number}/actions/verify`: the newest pending one is meant. */
export async function verifyByNumber(request: FastifyRequest, reply: FastifyReply): Promise<Checked> {
  const { tenantId } = await callerOf(request, reply, "verifications:write");
  const { phone_number: given = "" } = request.params as { phone_number?: string };
  const fields = fieldsOf(request);
  const { e164 } = phoneNumberIn(request, given, { parameter: "phone_number" });
  const code = neededText(fields, "code");
  const { directory, engine } = request.server;
  const profile = await profileNamed(directory, tenantId, neededText(fields, "verify_profile_id"), {
    pointer: "/verify_profile_id",
  });
  const id = await engine.pendingOf({ tenantId, to: e164, serviceId: profile.id, binding });
  // Nothing to verify is no error to this vendor.
  if (id === null) return answer(e164, false);
  // The id was found by the number: to compare it once more would tell nothing new.
  return answer(e164, await isRight(request, { tenantId, id, code, binding }));
}

/** `POST /v2/verifications/{verification_id}/actions/verify`: a code, or what became of a code of the caller's. */
export async function verifyById(request: FastifyRequest, reply: FastifyReply): Promise<Checked> {
  const caller = await callerOf(request, reply, "verifications:write");
  const id = verificationIdIn(request);
  const { tenantId } = caller;
  const fields = fieldsOf(request);
  const view = await request.server.engine.get({ tenantId, id, binding });
  if (view === null) return refuse(unknownVerification);
  const number = view.to ?? "";
  const code = textIn(fields, "code");
  const status = textIn(fields, "status");
  if (code !== undefined) {
    return answer(number, await isRight(request, { tenantId, id, code, binding }));
  }
  if (status === undefined) {
    // An empty body asks for nothing: it learns where the verification stands, and counts as no guess.
    return answer(number, view.status === "approved");
  }
  return answer(number, await report(request, caller, id, status, view.metadata));
}

export const unknownVerification = errors.notFound({
  parameter: "verification_id",
  detail: "There is no such verification.",
});

export function verificationIdIn(request: FastifyRequest): string {
  const { verification_id: given = "" } = request.params as { verification_id?: string };
  const id = given.toLowerCase();
  return isVerificationId(id) ? id : refuse(unknownVerification);
}

/** A wrong code is an answer, not an error. */
async function isRight(request: FastifyRequest, asked: Parameters<Engine["check"]>[0]): Promise<boolean> {
  const { engine, clock } = request.server;
  const result = await engine.check(asked);
  if (result.outcome === "approved") return true;
  const translate = checkErrors[result.outcome];
  if (translate === null) return false;
  return refuse(translate(result, clock.now()));
}

/** Only for codes that the caller made: it knows the right one, and could as well have sent it here. */
async function report(
  request: FastifyRequest,
  { tenantId }: Caller,
  id: string,
  status: string,
  metadata: Readonly<Record<string, string>> | null,
): Promise<boolean> {
  if (status !== "accepted" && status !== "rejected") {
    return refuse(errors.bad({ pointer: "/status", detail: "status must be accepted or rejected." }));
  }
  if (metadata?.["ownCode"] !== "yes") {
    const detail = "A status is only taken for a verification that was started with a custom_code.";
    return refuse(errors.bad({ pointer: "/status", detail }));
  }
  const isAccepted = status === "accepted";
  const result = await request.server.engine.settle({
    tenantId,
    id,
    binding,
    status: isAccepted ? "approved" : "canceled",
  });
  return result.outcome === "approved";
}
