import { accountSettings } from "./account-settings.ts";
import { carrierTable } from "./carrier-table.ts";
import { dataSettings } from "./data-settings.ts";
import { guardSettings } from "./guard-settings.ts";
import { limitSettings, webhookSettings } from "./limit-settings.ts";
import { messageSettings } from "./message-settings.ts";
import { routesSetting } from "./routes-setting.ts";
import { addressSettings, operationSettings } from "./server-settings.ts";
import type { Setting } from "./setting.ts";

/** All settings there are. Parsing, `config print`, `config explain` and the page of settings follow from it. */
export const settingsTable = {
  ...addressSettings,
  ...operationSettings,
  ...dataSettings,
  ...messageSettings,
  ...carrierTable,
  ...routesSetting,
  ...guardSettings,
  ...accountSettings,
  ...webhookSettings,
  ...limitSettings,
};

export type SettingName = keyof typeof settingsTable;
export const settingNames = Object.keys(settingsTable) as readonly SettingName[];

/** Settings of one subject, under the heading that they are explained below. */
export interface SettingGroup {
  readonly title: string;
  readonly names: readonly SettingName[];
}

/** The same, by subject. */
export const settingGroups: readonly SettingGroup[] = [
  group("Address", addressSettings),
  group("Operation", operationSettings),
  group("Data and secrets", dataSettings),
  group("Messages", messageSettings),
  group("Carriers and routes", { ...carrierTable, ...routesSetting }),
  group("Guard", guardSettings),
  group("Accounts", accountSettings),
  group("Webhooks", webhookSettings),
  group("Limits of callers", limitSettings),
];

function group(title: string, settings: Partial<Record<SettingName, unknown>>): SettingGroup {
  return { title, names: Object.keys(settings) as SettingName[] };
}

type ValueOf<S> = S extends Setting<infer V> ? V : never;

/** What the table's parsers give, before the settings are seen together. */
export type SettingValues = { readonly [N in SettingName]: ValueOf<(typeof settingsTable)[N]> };
