import type { FastifyReply, FastifyRequest } from "fastify";
import { uuidv7 } from "../../../clock/index.ts";
import { key } from "../../../store/index.ts";
import type { TelnyxTemplate } from "../../../tenants/index.ts";
import { auditing } from "../../audit.ts";
import { errors, refuse } from "./errors.ts";
import { changeService, settingsWith, templatesOf } from "./profile-rows.ts";
import { callerOf, fieldsOf, neededText } from "./requests.ts";
import { checkedTemplate } from "./templates-of.ts";

const templatesMax = 50;

/** `GET /v2/verify_profiles/templates` */
export async function listTemplates(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { tenantId } = await callerOf(request, reply, "services:read");
  return { data: await templatesOf(request, tenantId) };
}

/** `POST /v2/verify_profiles/templates` */
export async function createTemplate(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { tenantId } = await callerOf(request, reply, "services:write");
  const text = checkedTemplate(neededText(fieldsOf(request), "text"));
  const { clock, random } = request.server.parts;
  const template = { id: uuidv7(clock.now(), random), text };
  await changeTemplates(request, tenantId, (all) => {
    if (all.length < templatesMax) return [...all, template];
    return refuse(errors.bad({ detail: `There are at most ${templatesMax} message templates.` }));
  });
  return { data: template };
}

/** `PATCH /v2/verify_profiles/templates/{id}`: profiles that have it speak its new words. */
export async function updateTemplate(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { tenantId } = await callerOf(request, reply, "services:write");
  const { template_id: id = "" } = request.params as { template_id?: string };
  const text = checkedTemplate(neededText(fieldsOf(request), "text"));
  const template = { id: id.toLowerCase(), text };
  const templates = await changeTemplates(request, tenantId, (all) => {
    if (all.some((one) => one.id === template.id)) {
      return all.map((one) => (one.id === template.id ? template : one));
    }
    return refuse(
      errors.notFound({ parameter: "template_id", detail: "There is no such template of yours." }),
    );
  });
  for (const service of await request.server.parts.store.services(tenantId)) {
    const { telnyx } = service.settings;
    if (telnyx?.sms?.templateId !== template.id && telnyx?.call?.templateId !== template.id) continue;
    await changeService(request, service, (settings) =>
      settingsWith(settings, settings.telnyx ?? {}, templates),
    );
  }
  return { data: template };
}

async function changeTemplates(
  request: FastifyRequest,
  tenantId: string,
  change: (all: readonly TelnyxTemplate[]) => readonly TelnyxTemplate[],
): Promise<readonly TelnyxTemplate[]> {
  const tenantKey = key("tenant", tenantId);
  const audited = auditing(request, "updateTemplates");
  const keys = [tenantKey, ...audited.keys];
  return await request.server.parts.store.update<readonly TelnyxTemplate[]>(keys, (rows, now) => {
    const tenant = rows.get(tenantKey);
    if (tenant === undefined) return { writes: [], result: [] };
    const telnyxTemplates = change(tenant.telnyxTemplates ?? []);
    return {
      writes: [
        { table: "tenant", id: tenantId, row: { ...tenant, telnyxTemplates } },
        ...audited.writes(rows, null, now),
      ],
      result: telnyxTemplates,
    };
  });
}
