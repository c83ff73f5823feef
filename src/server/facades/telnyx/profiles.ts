import type { FastifyReply, FastifyRequest } from "fastify";
import { publicOnly } from "../../../events/index.ts";
import type { ServiceSettings } from "../../../tenants/index.ts";
import { filterIn, listOf } from "./lists.ts";
import { toProfile } from "./profile-body.ts";
import { type Allowed, changedProfile } from "./profile-fields.ts";
import { changeService, createService, settingsWith, templatesOf } from "./profile-rows.ts";
import { isProfile, profileNamed } from "./profiles-of.ts";
import { callerOf, fieldsOf, neededText } from "./requests.ts";

/** What a new profile's service starts with. */
const settingsDefault: ServiceSettings = {
  brand: "Countersign",
  locale: "en-US",
  policy: {},
  channels: ["sms", "voice"],
};

const place = { parameter: "verify_profile_id" };

function allowedFor({ server: { parts } }: FastifyRequest, weakCodes: boolean): Allowed {
  return { weakCodes, destinations: parts.webhooks?.rules ?? publicOnly };
}

function profileIdIn(request: FastifyRequest): string {
  const { verify_profile_id: id = "" } = request.params as { verify_profile_id?: string };
  return id;
}

/** `GET /v2/verify_profiles`: every service of the tenant is one. */
export async function listProfiles(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { tenantId } = await callerOf(request, reply, "services:read");
  const services = (await request.server.parts.store.services(tenantId)).filter(isProfile);
  const profiles = services.map(toProfile);
  const name = filterIn(request, "name");
  return listOf(name === null ? profiles : profiles.filter((one) => one["name"] === name), request);
}

/** `POST /v2/verify_profiles` */
export async function createProfile(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { tenantId } = await callerOf(request, reply, "services:write");
  const fields = fieldsOf(request);
  neededText(fields, "name");
  const profile = changedProfile({}, fields, allowedFor(request, false));
  const templates = await templatesOf(request, tenantId);
  const settings = settingsWith(settingsDefault, profile, templates);
  return { data: toProfile(await createService(request, tenantId, settings)) };
}

/** `GET /v2/verify_profiles/{id}` */
export async function retrieveProfile(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { tenantId } = await callerOf(request, reply, "services:read");
  const { directory } = request.server;
  return { data: toProfile(await profileNamed(directory, tenantId, profileIdIn(request), place)) };
}

/** `PATCH /v2/verify_profiles/{id}` */
export async function updateProfile(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { tenantId } = await callerOf(request, reply, "services:write");
  const { directory } = request.server;
  const service = await profileNamed(directory, tenantId, profileIdIn(request), place);
  const fields = fieldsOf(request);
  const templates = await templatesOf(request, tenantId);
  const changed = await changeService(request, service, (settings) => {
    const allowed = allowedFor(request, settings.policy.allowWeakCodes === true);
    return settingsWith(settings, changedProfile(settings.telnyx ?? {}, fields, allowed), templates);
  });
  return { data: toProfile(changed) };
}

/** `DELETE /v2/verify_profiles/{id}`: unknown to this vendor's clients from now on; what runs goes on. */
export async function deleteProfile(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { tenantId } = await callerOf(request, reply, "services:write");
  const { directory } = request.server;
  const service = await profileNamed(directory, tenantId, profileIdIn(request), place);
  const deleted = await changeService(request, service, (settings, now) => ({
    ...settings,
    telnyx: { ...settings.telnyx, deletedAt: now },
  }));
  return { data: toProfile(deleted) };
}
