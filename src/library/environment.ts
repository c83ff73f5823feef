import { loadSettings } from "../config/index.ts";
import { createTally } from "../engine/index.ts";
import { openConfigured } from "../instance/from-settings.ts";
import { StartRefused } from "../instance/start-refused.ts";
import { type Countersign, countersignOf } from "./countersign.ts";
import { createEvents } from "./events.ts";
import { type CountersignOptions, refuseWrongOptions } from "./options.ts";

/** What code decides and no operator; `brand` counts until COUNTERSIGN_BRAND says another one. */
export type EnvironmentOptions = Pick<
  CountersignOptions,
  "brand" | "clock" | "lockWaitMs" | "log" | "providers" | "random" | "riskLookup"
>;

const names = [
  "brand",
  "clock",
  "lockWaitMs",
  "log",
  "providers",
  "random",
  "riskLookup",
] as const satisfies readonly (keyof EnvironmentOptions)[];

/**
 * As `createCountersign`, but set up like a server: by these variables and by `countersign.config.json` in the working
 * directory. So carriers, their limits and where the data is are chosen where the application runs, and not in its code.
 * @example
 * const countersign = await createFromEnvironment(process.env, { brand: "Shop" });
 * @throws StartRefused as `createCountersign`; in `settings_invalid` settings have the names of their variables
 */
export async function createFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  options: EnvironmentOptions = {},
): Promise<Countersign> {
  refuseWrongOptions(options, names);
  const { brand, ...others } = options;
  const carriers = (options.providers ?? []).map((one) => one.id);
  const loaded = loadSettings({ environment, carriers });
  if (loaded.type === "refused") {
    throw new StartRefused("settings_invalid", loaded.problems.map((one) => one.message).join("; "));
  }
  const { settings, origins } = loaded;
  const events = createEvents();
  const tally = createTally();
  const instance = await openConfigured(settings, {
    ...others,
    ...(brand === undefined || origins.brand.from !== "default" ? {} : { brand }),
    watch: events.watch,
    meter: tally,
  });
  instance.engine.run();
  return countersignOf(instance, events, tally);
}
