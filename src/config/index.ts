/** Settings: the only room that reads the environment. */
export type { CarrierName } from "./carrier-table.ts";
export { payingCarriers } from "./carrier-table.ts";
export type { CarrierSettings } from "./carriers.ts";
export {
  type ExplainedSetting,
  explainSettings,
  type PrintedSetting,
  printSettings,
  settingsPage,
} from "./describe.ts";
export type { FacadeName } from "./facades.ts";
export { configFileName, type Origin, type SettingProblem } from "./given.ts";
export {
  type LoadedSettings,
  loadSettings,
  type RefusedSettings,
  type Settings,
  type SettingsSources,
} from "./load.ts";
export { relyingPartyIn } from "./passkey-settings.ts";
export { accountSenders, carrierProblems, isLoopback } from "./rules.ts";
export { type SettingName, settingNames } from "./table.ts";
