import type { FastifyRequest } from "fastify";
import { uuidv7 } from "../../../clock/index.ts";
import { textSettingsProblem } from "../../../engine/index.ts";
import { profileEndpoint } from "../../../events/index.ts";
import { key, type Rows, type Write } from "../../../store/index.ts";
import type { Service, ServiceSettings, TelnyxProfile, TelnyxTemplate } from "../../../tenants/index.ts";
import { auditing } from "../../audit.ts";
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
  const { store, clock, random } = request.server.parts;
  if ((await store.services(tenantId)).length >= servicesMax) {
    return refuse(errors.bad({ detail: `There are at most ${servicesMax} verify profiles.` }));
  }
  const id = uuidv7(clock.now(), random);
  const tenantKey = key("tenant", tenantId);
  const audited = auditing(request, "createService");
  const keys = [tenantKey, key("service", id), key("endpoint", id), ...audited.keys];
  const made = await store.update<Service | null>(keys, (rows, now) => {
    const tenant = rows.get(tenantKey);
    if (tenant === undefined) return { writes: [], result: null };
    const service = { id, tenantId, name: `telnyx-${id}`, settings, createdAt: now, updatedAt: now };
    const revision = (tenant.servicesRevision ?? 0) + 1;
    return {
      writes: [
        { table: "tenant", id: tenantId, row: { ...tenant, servicesRevision: revision } },
        { table: "service", id, row: service },
        ...endpointWrites(rows, service, now),
        ...audited.writes(rows, id, now),
      ],
      result: service,
    };
  });
  await forgetKnown(request);
  return made ?? refuse(errors.unexpected);
}

/** Changes the settings of a service that is there. */
export async function changeService(
  request: FastifyRequest,
  { id }: Service,
  change: (settings: ServiceSettings, now: number) => ServiceSettings,
): Promise<Service> {
  const { store } = request.server.parts;
  const serviceKey = key("service", id);
  const audited = auditing(request, "updateService");
  const keys = [serviceKey, key("endpoint", id), ...audited.keys];
  const changed = await store.update<Service | null>(keys, (rows, now) => {
    const service = rows.get(serviceKey);
    if (service === undefined) return { writes: [], result: null };
    const row = { ...service, settings: change(service.settings, now), updatedAt: now };
    const writes = [...endpointWrites(rows, row, now), ...audited.writes(rows, id, now)];
    return { writes: [{ table: "service", id, row }, ...writes], result: row };
  });
  await forgetKnown(request);
  return changed ?? refuse(errors.notFound());
}

/** The addresses of a profile are written where events are told, with the profile and never without it. */
function endpointWrites(rows: Rows, service: Service, now: number): readonly Write[] {
  const { id } = service;
  const before = rows.get(key("endpoint", id));
  const row = profileEndpoint(service, before, now);
  return row === (before ?? null) ? [] : [{ table: "endpoint", id, row }];
}

/** What this node remembers of services and of their webhooks. */
async function forgetKnown({ server: { parts } }: FastifyRequest): Promise<void> {
  parts.directory.forget();
  await parts.webhooks?.registry.refresh();
}
