import { telnyxDate } from "../../../events/index.ts";
import type { Service, TelnyxChannel } from "../../../tenants/index.ts";
import { defaultPolicy } from "../../../verification/index.ts";
import { profileIdOf } from "./profiles-of.ts";
import { timeoutSecondsDefault } from "./start.ts";

/** A service as a verify profile. Settings that nobody made show what holds without them. */
export function toProfile(service: Service): Readonly<Record<string, unknown>> {
  const { settings, createdAt, updatedAt } = service;
  const profile = settings.telnyx ?? {};
  return {
    id: profileIdOf(service),
    name: profile.name ?? service.name,
    record_type: "verification_profile",
    language: profile.language ?? settings.locale,
    webhook_url: profile.webhookUrl ?? "",
    webhook_failover_url: profile.webhookFailoverUrl ?? "",
    daily_spend_limit_enabled: false,
    sms: {
      ...channelBody(service, profile.sms),
      alpha_sender: profile.sms?.alphaSender ?? null,
    },
    call: channelBody(service, profile.call),
    created_at: telnyxDate(createdAt),
    updated_at: telnyxDate(updatedAt),
  };
}

function channelBody({ settings }: Service, channel: TelnyxChannel = {}): Readonly<Record<string, unknown>> {
  return {
    app_name: channel.appName ?? settings.brand,
    code_length: channel.codeLength ?? settings.policy.codeLength ?? defaultPolicy.codeLength,
    default_verification_timeout_secs: channel.timeoutSeconds ?? timeoutSecondsDefault,
    ...(channel.destinations === undefined ? {} : { whitelisted_destinations: channel.destinations }),
    ...(channel.templateId === undefined ? {} : { messaging_template_id: channel.templateId }),
  };
}
