import { kebab, mayBeFile } from "./given.ts";
import type { LoadedSettings } from "./load.ts";
import type { Setting } from "./setting.ts";
import { type SettingName, settingGroups, settingNames, settingsTable } from "./table.ts";

/** One line of `config print`: never a secret. */
export interface PrintedSetting {
  readonly name: SettingName;
  readonly environment: string;
  readonly value: string;
  readonly from: string;
}

/** The settings as they hold, with where each came from; secrets show as `***`. */
export function printSettings({ settings, origins }: LoadedSettings): readonly PrintedSetting[] {
  return settingNames.map((name) => {
    const setting = settingsTable[name] as Setting<unknown>;
    const { from, name: origin } = origins[name];
    return {
      name,
      environment: setting.environment,
      value: setting.show((settings as unknown as Record<SettingName, unknown>)[name]),
      from: from === "default" ? "default" : origin,
    };
  });
}

/** One entry of `config explain`. */
export interface ExplainedSetting {
  readonly name: SettingName;
  /** Its subject: a heading of the page of settings. */
  readonly group: string;
  readonly environment: string;
  /** The variable that names a file with the value, for secrets. */
  readonly environmentFile: string | null;
  readonly flag: string;
  readonly allowed: string;
  readonly default: string;
  readonly description: string;
}

/** All settings there are. */
export function explainSettings(): readonly ExplainedSetting[] {
  return settingGroups.flatMap(({ title: group, names }) => names.map((name) => explained(group, name)));
}

function explained(group: string, name: SettingName): ExplainedSetting {
  const setting = settingsTable[name] as Setting<unknown>;
  return {
    name,
    group,
    environment: setting.environment,
    environmentFile: mayBeFile(name) ? `${setting.environment}_FILE` : null,
    flag: `--${kebab(name)}`,
    allowed: setting.allowed,
    default: setting.defaultText ?? (setting.show(setting.default) || "none"),
    description: setting.description,
  };
}

/** The page `docs/settings.md`; a test keeps it current. */
export function settingsPage(): string {
  const groups = settingGroups.map(({ title, names }) => ({
    title,
    settings: names.map((name) => explained(title, name)),
  }));
  const contents = groups.map(
    ({ title, settings }) =>
      `- [${title}](#${anchorOf(title)}): ${settings.map(({ environment }) => `[${environment}](#${anchorOf(environment)})`).join(", ")}`,
  );
  const chapters = groups.map(({ title, settings }) => `## ${title}\n\n${settings.map(entryOf).join("\n")}`);
  return `${pageHead}\n${contents.join("\n")}\n\n${chapters.join("\n")}`;
}

/** Where a heading is found in its page. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(" ", "-");
}

function entryOf(one: ExplainedSetting): string {
  const file = one.environmentFile === null ? "" : ` (or \`${one.environmentFile}\`, the path of a file)`;
  return [
    `### ${one.environment}`,
    "",
    one.description,
    "",
    `- In the environment: \`${one.environment}\`${file}`,
    `- In the file: \`${one.name}\``,
    `- Allowed: ${one.allowed}`,
    `- Default: ${one.default}`,
    "",
  ].join("\n");
}

const pageHead = `# Settings

This page is written by the tables in \`src/config\`.

A setting comes from a flag of the command line, else from the environment, else from \`countersign.config.json\` in the
working directory, else it has its default. An empty variable counts as none. Names that are not listed here are errors,
so that a misspelled one cannot be overlooked. \`countersign config check\` says what is wrong, \`config print\` what holds
and where it came from, \`config explain\` what there is.
`;
