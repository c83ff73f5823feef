import type { FastifyReply, FastifyRequest } from "fastify";
import type { VerificationView } from "../../../engine/index.ts";
import type { Service } from "../../../tenants/index.ts";
import { facadeBinding } from "../ids.ts";
import { refuse } from "./errors.ts";
import { listOf } from "./lists.ts";
import { profileIdOf } from "./profiles-of.ts";
import { callerOf } from "./requests.ts";
import { phoneNumberIn } from "./start.ts";
import { toVerification } from "./verification-body.ts";
import { unknownVerification, verificationIdIn } from "./verify.ts";

const binding = facadeBinding.telnyx;
/** As many as one look at a number finds; the vendor's list of them has no pages either. */
const newestMax = 100;

/** `GET /v2/verifications/{verification_id}` */
export async function retrieve(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { tenantId } = await callerOf(request, reply, "verifications:read");
  const { engine, directory } = request.server;
  const view = await engine.get({ tenantId, id: verificationIdIn(request), binding });
  if (view === null) return refuse(unknownVerification);
  return { data: shown(view, await directory.services(tenantId)) };
}

/** `GET /v2/verifications/by_phone_number/{phone_number}`: newest first. */
export async function listByNumber(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { tenantId } = await callerOf(request, reply, "verifications:read");
  const { phone_number: given = "" } = request.params as { phone_number?: string };
  const { e164 } = phoneNumberIn(request, given, { parameter: "phone_number" });
  const { engine, directory } = request.server;
  const page = await engine.list({ tenantId, to: e164, binding, limit: newestMax });
  const services = await directory.services(tenantId);
  return listOf(
    page.items.map((view) => shown({ ...view, to: e164 }, services)),
    request,
  );
}

function shown(view: VerificationView, services: readonly Service[]): Readonly<Record<string, unknown>> {
  const service = services.find((one) => one.id === view.serviceId);
  return toVerification(view, service === undefined ? view.serviceId : profileIdOf(service));
}
