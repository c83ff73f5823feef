import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { nearestName } from "./nearest.ts";
import type { Setting } from "./setting.ts";
import { type SettingName, settingNames, settingsTable } from "./table.ts";

/** Where a value came from; also what a problem names. */
export interface Origin {
  readonly from: "flag" | "environment" | "file" | "default";
  /** What the operator wrote: `--port`, `PORT`, or `port in countersign.config.json`. */
  readonly name: string;
}

export interface Given {
  readonly text: string;
  readonly origin: Origin;
  /** The file that a secret was read from. */
  readonly path?: string;
}

/** What is wrong with one setting, ready to print. */
export interface SettingProblem {
  /** The setting as the operator wrote it. */
  readonly setting: string;
  readonly message: string;
}

export type GivenSettings = Partial<Record<SettingName, Given>>;

/** One source's values, and what it holds that cannot be used. */
export interface Source {
  readonly given: GivenSettings;
  readonly problems: readonly SettingProblem[];
}

export const configFileName = "countersign.config.json";

const ownPrefix = "COUNTERSIGN_";
export const fileSuffix = "_FILE";

/** By camelCase name, as the command line collected them. */
export function fromFlags(flags: Readonly<Record<string, string | undefined>>): Source {
  const given: GivenSettings = {};
  const problems: SettingProblem[] = [];
  for (const [name, text] of Object.entries(flags)) {
    if (text === undefined) continue;
    const flag = `--${kebab(name)}`;
    if (isSettingName(name)) given[name] = { text, origin: { from: "flag", name: flag } };
    else
      problems.push(
        unknown(
          flag,
          settingNames.map((one) => `--${kebab(one)}`),
        ),
      );
  }
  return { given, problems };
}

/** An empty variable counts as none: that is how container files leave one out. */
export function fromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Source {
  const given: GivenSettings = {};
  const problems: SettingProblem[] = [];
  const known = new Set<string>();
  for (const name of settingNames) {
    const { environment: variable } = settingsTable[name];
    known.add(variable);
    const text = environment[variable];
    if (text !== undefined && text !== "")
      given[name] = { text, origin: { from: "environment", name: variable } };
    if (!mayBeFile(name)) continue;
    const fileVariable = `${variable}${fileSuffix}`;
    known.add(fileVariable);
    const path = environment[fileVariable];
    if (path === undefined || path === "") continue;
    if (given[name] !== undefined) {
      problems.push(problem(fileVariable, `${variable} is given too: leave one of them out`));
      continue;
    }
    readGivenFile(name, resolve(folder, path), { from: "environment", name: fileVariable }, given, problems);
  }
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith(ownPrefix) || known.has(variable)) continue;
    problems.push(unknown(variable, [...known]));
  }
  return { given, problems };
}

/** The same settings in camelCase, as JSON. Without an explicit path, no file is no problem. */
export function fromFile(folder: string, path: string | undefined): Source {
  const file = path ?? join(folder, configFileName);
  if (path === undefined && !existsSync(file)) return { given: {}, problems: [] };
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "it is not valid JSON" : "it cannot be read";
    return { given: {}, problems: [problem(file, why)] };
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    return { given: {}, problems: [problem(file, "it must hold one JSON object")] };
  }
  return fromObject(content, file, folder);
}

function fromObject(content: object, file: string, folder: string): Source {
  const given: GivenSettings = {};
  const problems: SettingProblem[] = [];
  const fileNames = settingNames.filter(mayBeFile).map((name) => `${name}File`);
  for (const [name, value] of Object.entries(content)) {
    // The one key that is none of ours: editors find the schema of a file with it.
    if (name === "$schema") continue;
    const origin: Origin = { from: "file", name: `${name} in ${file}` };
    const text = asText(value) ?? asDocument(name, value);
    if (isSettingName(name)) {
      if (text !== undefined) given[name] = { text, origin };
      else problems.push(problem(origin.name, `allowed is ${settingsTable[name].allowed}`));
    } else if (fileNames.includes(name) && typeof value === "string") {
      const secretName = name.slice(0, -"File".length) as SettingName;
      readGivenFile(secretName, resolve(folder, value), origin, given, problems);
    } else {
      problems.push(unknown(name, [...settingNames, ...fileNames], file));
    }
  }
  return { given, problems };
}

function readGivenFile(
  name: SettingName,
  path: string,
  origin: Origin,
  given: GivenSettings,
  problems: SettingProblem[],
): void {
  try {
    given[name] = { text: readFileSync(path, "utf8").trim(), origin, path };
  } catch {
    problems.push(problem(origin.name, `the file ${path} cannot be read`));
  }
}

/** JSON has types, the other sources have text: one parser reads both. */
function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(",");
  return undefined;
}

function asDocument(name: string, value: unknown): string | undefined {
  const setting: Setting<never> | undefined = isSettingName(name)
    ? (settingsTable[name] as Setting<never>)
    : undefined;
  return setting?.isDocument === true && typeof value === "object" ? JSON.stringify(value) : undefined;
}

/** Secrets are kept in files of their own, and documents are too long for a variable. */
export function mayBeFile(name: SettingName): boolean {
  const setting = settingsTable[name] as Setting<unknown>;
  return setting.isSecret || setting.isDocument === true;
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settingsTable, name);
}

function unknown(name: string, known: readonly string[], file?: string): SettingProblem {
  const near = nearestName(name, known);
  const hint =
    near === undefined ? "see `countersign config explain` for all there are" : `did you mean ${near}?`;
  return problem(file === undefined ? name : `${name} in ${file}`, `there is no such setting; ${hint}`);
}

/** A problem with the setting that an operator wrote as `setting`. */
export function problem(setting: string, detail: string): SettingProblem {
  return { setting, message: `${setting}: ${detail}` };
}

/** keyRequestsPerSecond -> key-requests-per-second */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
