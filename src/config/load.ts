import { resolve } from "node:path";
import { accountProblems, type CarrierSettings, carrierSettings, configuredCarriers } from "./carriers.ts";
import { type FacadeName, facadesOn } from "./facades.ts";
import {
  fileSuffix,
  fromEnvironment,
  fromFile,
  fromFlags,
  type GivenSettings,
  type Origin,
  problem,
  type SettingProblem,
} from "./given.ts";
import { isConsoleOn, isSandboxOn, type SeenTogether, settingsProblems, settingsWarnings } from "./rules.ts";
import type { Setting } from "./setting.ts";
import { type SettingName, type SettingValues, settingNames, settingsTable } from "./table.ts";

/** What a server runs with. */
export type Settings = Omit<SettingValues, "sandbox" | "console" | "facades"> & {
  readonly sandbox: boolean;
  readonly console: boolean;
  readonly carrierAccounts: CarrierSettings;
  readonly facades: readonly FacadeName[];
};

export interface SettingsSources {
  /** By camelCase name. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
  /** The variables of the process, unless a test brings its own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where the configuration file is looked for and what relative paths start from. Default: the working directory. */
  readonly folder?: string;
  /** A configuration file in another place; it must exist. */
  readonly configPath?: string;
  /** Real carriers that are configured by other means than the settings. */
  readonly carriers?: readonly string[];
  /** A client only asks a server that runs: it needs neither the master secret nor what else makes a server fit. */
  readonly role?: "server" | "client";
}

export interface LoadedSettings {
  readonly type: "loaded";
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingName, Origin>>;
  /** Sentences for the operator: the server runs, but perhaps not as meant. */
  readonly warnings: readonly string[];
}

export interface RefusedSettings {
  readonly type: "refused";
  readonly problems: readonly SettingProblem[];
}

/** Reads flags, environment, file and defaults, in this order, and says everything that is wrong at once. */
export function loadSettings(sources: SettingsSources = {}): LoadedSettings | RefusedSettings {
  const folder = sources.folder ?? process.cwd();
  const read = [
    fromFile(folder, sources.configPath),
    fromEnvironment(sources.environment ?? process.env, folder),
    fromFlags(sources.flags ?? {}),
  ];
  const given: GivenSettings = Object.assign({}, ...read.map((one) => one.given));
  const problems = read.flatMap((one) => one.problems);
  const origins = {} as Record<SettingName, Origin>;
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of settingNames) {
    // The table's rows have different types: each value is kept as what its own row made of it.
    const setting = settingsTable[name] as Setting<unknown>;
    const one = given[name];
    origins[name] = one?.origin ?? { from: "default", name: setting.environment };
    values[name] = setting.default;
    if (one === undefined) continue;
    const parsed = setting.parse(one.text);
    if ("value" in parsed) values[name] = parsed.value;
    else problems.push(problem(one.origin.name, `${saidBack(setting, one.text)}${parsed.problem}`));
  }
  values["data"] = resolve(folder, values["data"] as string);
  const seen: SeenTogether = {
    values: values as SettingValues,
    carriers: [...(sources.carriers ?? []), ...configuredCarriers(values as SettingValues)],
    secretPath: given.secret?.path ?? null,
  };
  if (sources.role === "client") return judged(seen, origins, problems.filter(isClients));
  if (problems.length === 0) problems.push(...accountProblems(seen.values));
  if (problems.length === 0) problems.push(...settingsProblems(seen));
  return judged(seen, origins, problems);
}

/** Secrets of the server's that its users may not even be able to read. */
const serversOwn = ["secret", "databaseUrl"] as const;

function isClients({ setting }: SettingProblem): boolean {
  const [given = ""] = setting.split(" ");
  return !serversOwn.some((name) => {
    const { environment } = settingsTable[name];
    return [name, `${name}File`, environment, `${environment}${fileSuffix}`].includes(given);
  });
}

function judged(
  seen: SeenTogether,
  origins: Readonly<Record<SettingName, Origin>>,
  problems: readonly SettingProblem[],
): LoadedSettings | RefusedSettings {
  if (problems.length > 0) return { type: "refused", problems };
  const settings: Settings = {
    ...seen.values,
    sandbox: isSandboxOn(seen),
    console: isConsoleOn(seen),
    facades: facadesOn(seen.values.facades, seen.values.environment),
    carrierAccounts: carrierSettings(seen.values),
  };
  return { type: "loaded", settings, origins, warnings: settingsWarnings(seen) };
}

/** What was given, unless nobody may read it. */
function saidBack(setting: Setting<unknown>, given: string): string {
  if (setting.isSecret || hasCredentials(given)) return "";
  const printable = given.replace(/[^\x20-\x7e]/g, "?");
  return `"${printable.length > 60 ? `${printable.slice(0, 60)}...` : printable}" was given, `;
}

/** URLs of databases and proxies carry passwords. */
function hasCredentials(given: string): boolean {
  return /:\/\/[^/]*@/.test(given);
}
