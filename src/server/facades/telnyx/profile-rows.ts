import type { FastifyRequest } from "fastify";
import { uuidv7 } from "../../../clock/index.ts";
import { textSettingsProblem } from "../../../engine/index.ts";
import { key } from "../../../store/index.ts";
import type { Service, ServiceSettings, TelnyxProfile, TelnyxTemplate } from "../../../tenants/index.ts";
import { errors, refuse } from "./errors.ts";
import { stockTemplates, templatesFrom } from "./templates-of.ts";

const servicesMax = 100;

/** All templates of a tenant: the vendor's and its own. */
export async function templatesOf(
  request: FastifyRequest,
  tenantId: string,
): Promise<readonly TelnyxTemplate[]> {
  const tenant = await request.server.parts.store.get(key("tenant", tenantId));
  return [...stockTemplates, ...(tenant?.telnyxTemplates ?? [])];
}

/** The settings of a service with a profile, and with the words of the template that it names. */
export function settingsWith(
  before: ServiceSettings,
  profile: TelnyxProfile,
  templates: readonly TelnyxTemplate[],
): ServiceSettings {
  const settings: ServiceSettings = { ...before, telnyx: profile };
  const templateId = profile.sms?.templateId ?? profile.call?.templateId;
  if (templateId === undefined) return settings;
  const template = templates.find((one) => one.id === templateId);
  if (template === undefined) {
    const pointer = "/sms/messaging_template_id";
    return refuse(errors.notFound({ pointer, detail: "There is no such message template." }));
  }
  const locale = profile.language ?? before.locale;
  const texts = before.texts ?? {};
  const words = { ...texts.templates?.[locale], ...templatesFrom(template.text) };
  const worded = { ...settings, texts: { ...texts, templates: { ...texts.templates, [locale]: words } } };
  const problem = textSettingsProblem(worded);
  return problem === null
    ? worded
    : refuse(errors.bad({ detail: `The message template ${problem.detail}.` }));
}

/** A service of its own for a new profile, with a name that no other has. */
export async function createService(
  request: FastifyRequest,
  tenantId: string,
  settings: ServiceSettings,
): Promise<Service> {
  const { store, clock, random, directory } = request.server.parts;
  if ((await store.services(tenantId)).length >= servicesMax) {
    return refuse(errors.bad({ detail: `There are at most ${servicesMax} verify profiles.` }));
  }
  const id = uuidv7(clock.now(), random);
  const tenantKey = key("tenant", tenantId);
  const made = await store.update<Service | null>([tenantKey, key("service", id)], (rows, now) => {
    const tenant = rows.get(tenantKey);
    if (tenant === undefined) return { writes: [], result: null };
    const service = { id, tenantId, name: `telnyx-${id}`, settings, createdAt: now, updatedAt: now };
    const revision = (tenant.servicesRevision ?? 0) + 1;
    return {
      writes: [
        { table: "tenant", id: tenantId, row: { ...tenant, servicesRevision: revision } },
        { table: "service", id, row: service },
      ],
      result: service,
    };
  });
  directory.forget();
  return made ?? refuse(errors.unexpected);
}

/** Changes the settings of a service that is there. */
export async function changeService(
  request: FastifyRequest,
  { id }: Service,
  change: (settings: ServiceSettings, now: number) => ServiceSettings,
): Promise<Service> {
  const { store, directory } = request.server.parts;
  const serviceKey = key("service", id);
  const changed = await store.update<Service | null>([serviceKey], (rows, now) => {
    const service = rows.get(serviceKey);
    if (service === undefined) return { writes: [], result: null };
    const row = { ...service, settings: change(service.settings, now), updatedAt: now };
    return { writes: [{ table: "service", id, row }], result: row };
  });
  directory.forget();
  return changed ?? refuse(errors.notFound());
}
