import { systemClock } from "../../clock/index.ts";
import type { Settings } from "../../config/index.ts";
import { toStartRefused } from "../../instance/start-refused.ts";
import { type DataPlace, migrateData, type SchemaStanding, schemaStanding } from "../../store/index.ts";
import { type GlobalOptions, loadedSettings } from "../connection.ts";
import { exitCodes } from "../exit-codes.ts";
import { usageFailure } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { count } from "../verification-text.ts";

const lockWaitMs = 2_000;

/** Brings the schema of the data up to date, or only says how it stands. The exit code tells scripts whether steps wait. */
export async function migrate(
  options: { readonly check?: boolean },
  all: GlobalOptions,
  terminal: Terminal,
): Promise<number> {
  if (all.url !== undefined) {
    throw usageFailure(
      "The data is migrated where it is.",
      "Set DATABASE_URL or --data, and leave --url out.",
    );
  }
  const { settings } = loadedSettings(all);
  try {
    return options.check === true ? await check(settings, terminal) : await run(settings, terminal);
  } catch (cause) {
    throw toStartRefused(cause, settings.data, settings.databaseUrl === null);
  }
}

/** The data that the settings name. */
export function placeOf(settings: Settings): DataPlace {
  return {
    databaseUrl: settings.databaseUrl?.reveal() ?? null,
    folder: settings.data,
    clock: systemClock(),
    lockWaitMs,
  };
}

async function check(settings: Settings, terminal: Terminal): Promise<number> {
  const schema = await schemaStanding(placeOf(settings));
  const { version, known, waiting, standing } = schema;
  terminal.result({ version, known, waiting, standing }, () => sentences[standing](schema));
  return standing === "current" || standing === "newer" ? exitCodes.ok : exitCodes.refused;
}

const sentences: Readonly<Record<SchemaStanding["standing"], (schema: SchemaStanding) => string>> = {
  current: ({ version }) => `Schema ${version}: up to date.`,
  older: ({ version, known, waiting }) =>
    `Schema ${version}, this version knows ${known}: ${count(waiting.length, "migration")} to run (${waiting.join(", ")}).`,
  newer: ({ version, known }) =>
    `Schema ${version}: newer than the ${known} of this version, which still works with it.`,
  tooNew: ({ version, known }) =>
    `Schema ${version}: too new for this version, which knows ${known}. Run the newer Countersign.`,
};

async function run(settings: Settings, terminal: Terminal): Promise<number> {
  const { from, to, applied } = await migrateData(placeOf(settings), (name) => {
    if (terminal.isWatched) terminal.note(`Running ${name} ...`);
  });
  terminal.result({ from, to, applied }, () =>
    applied.length === 0 ? `Schema ${to}: nothing to do.` : `Schema ${from} -> ${to}: ${applied.join(", ")}.`,
  );
  return exitCodes.ok;
}
