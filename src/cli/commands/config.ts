import { type ExplainedSetting, explainSettings, printSettings } from "../../config/index.ts";
import { type GlobalOptions, loadedSettings } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { fields, type Terminal, table } from "../terminal.ts";

export function checkConfig(all: GlobalOptions, terminal: Terminal): void {
  const { warnings } = loadedSettings(all);
  terminal.result({ valid: true, warnings }, () =>
    ["The settings are valid.", ...warnings.map((one) => `Warning: ${one}`)].join("\n"),
  );
}

export function printConfig(all: GlobalOptions, terminal: Terminal): void {
  const settings = printSettings(loadedSettings(all));
  terminal.result({ settings }, () =>
    table(
      ["SETTING", "VALUE", "FROM"],
      settings.map((one) => [one.environment, one.value, one.from]),
      "There are no settings.",
    ),
  );
}

export function explainConfig(name: string | undefined, terminal: Terminal): void {
  const all = explainSettings();
  const settings =
    name === undefined ? all : all.filter((one) => one.environment === name || one.name === name);
  if (settings.length === 0) {
    throw usageFailure(`There is no setting ${name}.`, "`countersign config explain` lists all there are.");
  }
  terminal.result({ settings }, () =>
    settings
      .map((one, index) => {
        const begins = name === undefined && one.group !== settings[index - 1]?.group;
        return `${begins ? `${one.group.toUpperCase()}\n\n` : ""}${explanation(one, terminal)}`;
      })
      .join("\n\n"),
  );
}

function explanation(one: ExplainedSetting, terminal: Terminal): string {
  // A secret on a command line can be read by everybody on the machine.
  const flag = one.environmentFile === null ? one.flag : null;
  const rows: [string, unknown][] = [
    ["  in the file", one.name],
    ["  flag of serve", flag],
    ["  allowed", one.allowed],
    ["  default", one.default],
  ];
  if (one.environmentFile !== null) rows.unshift(["  from a file", one.environmentFile]);
  return `${terminal.style("bold", one.environment)}\n  ${one.description}\n${fields(rows)}`;
}
