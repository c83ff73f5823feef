import { type FacadeName, facadeNames, type LimitSettings } from "../server/index.ts";

/** What every mount can be told. Everything has a default. */
export interface MountOptions {
  /** How many requests pass, for each key and address; 0 sets no limit. Default: as many as in a server. */
  readonly limits?: Partial<LimitSettings>;
  /** Whether `/health/live`, `/health/ready` and `/metrics` are there as well. Default: no, since the host has its own. */
  readonly operations?: boolean;
  /**
   * Whose APIs are spoken at their own paths, such as `/verify/json` and `/v2/verifications`, for programs written for
   * those services. They take these paths from your application, whoever asks. Default: none.
   */
  readonly facades?: readonly FacadeName[];
}

/** Of frameworks that do not say at which path a handler is mounted. */
export interface PlacedMountOptions extends MountOptions {
  /** The path that Countersign is mounted at, such as `/verify`. Default: the root. */
  readonly prefix?: string;
}

const limitNames = ["keyRequestsPerSecond", "addressRequestsPerSecond", "addressFailuresPerMinute"];
const others = ["limits", "operations", "facades", "prefix", "clientAddress"];

/** @throws TypeError with the option's name, what was given and what is allowed */
export function readMountOptions(options: PlacedMountOptions): void {
  const { limits = {}, operations, facades = [] } = options;
  for (const name of Object.keys(options)) {
    if (!others.includes(name)) throw wrong(name, "it", `only ${others.join(", ")}`);
  }
  for (const [name, given] of Object.entries(limits)) {
    if (!limitNames.includes(name)) throw wrong(`limits.${name}`, "it", `only ${limitNames.join(", ")}`);
    if (!Number.isSafeInteger(given) || given < 0)
      throw wrong(`limits.${name}`, given, "a whole number from 0");
  }
  const isKnown = Array.isArray(facades) && facades.every((one) => facadeNames.includes(one));
  if (!isKnown) throw wrong("facades", facades, `a list of ${facadeNames.join(", ")}`);
  if (operations !== undefined && typeof operations !== "boolean") {
    throw wrong("operations", operations, "true or false");
  }
}

function wrong(name: string, given: unknown, allowed: string): TypeError {
  const said = given === "it" ? "it" : JSON.stringify(given);
  return new TypeError(`${name}: ${said} was given, allowed is ${allowed}`);
}

/** @throws TypeError for a prefix that no path could begin with */
export function prefixOf({ prefix = "" }: PlacedMountOptions): string {
  if (/^(?:\/[\w.~-]+)*$/.test(prefix)) return prefix;
  throw new TypeError(`prefix: ${JSON.stringify(prefix)} was given, allowed is a path such as /verify`);
}

/** What follows the prefix, or null where a URL does not begin with it. */
export function below(prefix: string, url: string): string | null {
  if (prefix === "") return url;
  return url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : null;
}
