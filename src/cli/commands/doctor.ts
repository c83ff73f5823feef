import { withCommandName } from "../../config/command-name.ts";
import type { LoadedSettings, Settings } from "../../config/index.ts";
import { lastingKeysName } from "../../engine/rotation/lasting-keys.ts";
import { neededSecrets, secretsNotHere } from "../../instance/needed-secrets.ts";
import { examineData, type Finding } from "../../store/index.ts";
import { type GlobalOptions, loadedSettings } from "../connection.ts";
import { exitCodes } from "../exit-codes.ts";
import { usageFailure } from "../failure.ts";
import { keyringHere } from "../keyring-here.ts";
import { printable, type Style, type Terminal } from "../terminal.ts";
import { count } from "../verification-text.ts";
import { placeOf } from "./migrate.ts";

export interface DoctorOptions {
  readonly strict?: boolean;
  readonly thorough?: boolean;
}

/** Everything that an operator can set right, each with what was found and what to change. */
export async function doctor(
  options: DoctorOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<number> {
  if (all.url !== undefined) {
    throw usageFailure("The doctor looks at this machine.", "Run it where the server runs, without --url.");
  }
  const loaded = loadedSettings(all);
  const { settings } = loaded;
  const examined = await examineData(placeOf(settings), options.thorough === true);
  const findings = [...settingsFindings(loaded), ...examined.findings];
  if (examined.metas !== null) findings.push(judgeSecret(examined.metas, settings));
  const levels = { ok: 0, warn: 0, fail: 0 };
  for (const { level } of findings) levels[level] += 1;
  const healthy = levels.fail === 0 && (options.strict !== true || levels.warn === 0);
  terminal.result({ healthy, counts: levels, findings }, () => textOf(findings, levels, terminal));
  return healthy ? exitCodes.ok : exitCodes.refused;
}

function settingsFindings({ warnings }: LoadedSettings): Finding[] {
  if (warnings.length === 0) return [{ check: "settings", level: "ok", found: "valid", remedy: null }];
  return warnings.map((found) => ({
    check: "settings",
    level: "warn",
    found,
    remedy: "`countersign config print` shows where each setting comes from.",
  }));
}

/** The secret that is configured must be the one that the data was written with. */
function judgeSecret(metas: ReadonlyMap<string, string>, settings: Settings): Finding {
  const ids = neededSecrets(metas);
  const { secret, data, databaseUrl } = settings;
  // Beside a database elsewhere there is no folder with a secret.
  const isHere = secret.length > 0 || databaseUrl === null;
  const missing = secretsNotHere(metas, isHere ? keyringHere(data, secret) : null);
  if (missing.length > 0 && missing.length < ids.length && metas.has(lastingKeysName)) {
    return {
      check: "secret",
      level: "warn",
      found: `the former secret ${missing.join(", ")} was taken away`,
      remedy:
        "The next start reads every row and refuses where one still needs it: put it back behind the current one until `countersign secrets status` says that it may be taken away.",
    };
  }
  if (missing.length > 0) {
    return {
      check: "secret",
      level: "fail",
      found: `the data was written with the secret ${missing.join(", ")}, which is not here`,
      remedy:
        "Bring it back, in COUNTERSIGN_SECRET or as the file secret of the data folder: without it no number can be read.",
    };
  }
  const found = ids.length === 0 ? "nothing was written yet" : `${ids.join(", ")}, the one of the data`;
  return { check: "secret", level: "ok", found, remedy: null };
}

const styles: Readonly<Record<Finding["level"], Style>> = { ok: "green", warn: "yellow", fail: "red" };

function textOf(
  findings: readonly Finding[],
  levels: Readonly<Record<Finding["level"], number>>,
  terminal: Terminal,
): string {
  const width = Math.max(...findings.map(({ check }) => check.length)) + 2;
  const lines = findings.flatMap(({ check, level, found, remedy }) => [
    `${terminal.style(styles[level], level.padEnd(6))}${check.padEnd(width)}${printable(withCommandName(found))}`,
    ...(remedy === null ? [] : [`${"".padEnd(6 + width)}-> ${printable(withCommandName(remedy))}`]),
  ]);
  lines.push("", `${levels.ok} ok, ${count(levels.warn, "warning")}, ${count(levels.fail, "failure")}.`);
  return lines.join("\n");
}
