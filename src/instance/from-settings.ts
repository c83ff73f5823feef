import {
  accountSenders,
  carrierProblems,
  payingCarriers,
  relyingPartyIn,
  type Settings,
} from "../config/index.ts";
import { accountSettings } from "./account-settings.ts";
import { type Instance, type InstanceOptions, openInstance } from "./instance.ts";
import { StartRefused, toStartRefused } from "./start-refused.ts";

/**
 * Opens the data folder as the settings say. What is in `more` goes before them.
 * @throws StartRefused with a sentence for the operator
 */
export async function openConfigured(
  settings: Settings,
  more: Partial<InstanceOptions> = {},
): Promise<Instance> {
  if (settings.sandbox && (more.providers ?? []).length > 0) {
    throw new StartRefused(
      "settings_invalid",
      "COUNTERSIGN_SANDBOX: the virtual phones show every code, so they never run together with a real carrier: set it to off, or remove the carrier",
    );
  }
  const carriers = [...settings.carrierAccounts.order, ...(more.providers ?? []).map((one) => one.id)];
  const missing = payingCarriers(carriers).length === 0 ? undefined : carrierProblems(settings, carriers)[0];
  if (missing !== undefined) {
    throw new StartRefused("settings_invalid", missing.message);
  }
  const { prices, priceMax, moneyPerDay, tenantMoneyPerDay, velocity, voiceCountries } = settings;
  const { countryMoneyPerHour } = settings;
  const { webhookNetworks, webhookPorts } = settings;
  try {
    return await openInstance({
      folder: settings.data,
      databaseUrl: settings.databaseUrl,
      cell: settings.cell,
      secrets: settings.secret,
      apiKey: settings.apiKey,
      brand: settings.brand,
      sandbox: settings.sandbox,
      accounts: accountSettings(settings),
      breachedPasswords: settings.breachedPasswords,
      trustedDeviceMs: settings.trustedDeviceDays * 86_400_000,
      carriers: settings.carrierAccounts,
      publicUrl: settings.publicUrl,
      relyingParty: relyingPartyIn(settings),
      routes: settings.routes.routes,
      senders: settings.routes.senders,
      accountSenders: accountSenders(settings),
      numberPolicy: {
        countries: settings.countries ?? (settings.sandbox ? "all" : []),
        ...(voiceCountries === null ? {} : { voiceCountries }),
      },
      webhooks: { networks: webhookNetworks, ports: webhookPorts },
      // The virtual phones cost nothing.
      ...(moneyPerDay === null || settings.sandbox
        ? {}
        : { guard: { prices, priceMax, moneyPerDay, tenantMoneyPerDay, countryMoneyPerHour, velocity } }),
      ...more,
    });
  } catch (cause) {
    throw toStartRefused(cause, settings.data, settings.databaseUrl === null);
  }
}
