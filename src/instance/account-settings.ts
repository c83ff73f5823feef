import type { AccountSettings } from "../accounts/index.ts";
import type { SettingValues } from "../config/table.ts";

const dayMs = 86_400_000;

/** What the settings say about accounts; hours and days become milliseconds here. */
export function accountSettings(settings: AccountSettingValues): AccountSettings {
  const { changeWaitHours, addressAgeMaxDays, accountUrl, publicUrl } = settings;
  return {
    changeWaitMs: changeWaitHours * 3_600_000,
    addressAgeMaxMs: addressAgeMaxDays === 0 ? null : addressAgeMaxDays * dayMs,
    pagesUrl: accountUrl ?? (publicUrl === null ? null : `${publicUrl.replace(/\/$/, "")}/account`),
  };
}

type AccountSettingValues = Pick<
  SettingValues,
  "changeWaitHours" | "addressAgeMaxDays" | "accountUrl" | "publicUrl"
>;
