import { type Shape, shapeProblems } from "../library/option-shapes.ts";
import { type FacadeName, facadeNames, isOwnPath, type LimitSettings } from "../server/index.ts";

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

const count: Shape = {
  allowed: "a whole number from 0 on, where 0 sets no limit",
  fits: (given) => Number.isSafeInteger(given) && Number(given) >= 0,
};

const limits: Readonly<Record<keyof LimitSettings, Shape>> = {
  keyRequestsPerSecond: count,
  addressRequestsPerSecond: count,
  addressFailuresPerMinute: count,
};

const shapes: Readonly<Record<keyof MountOptions, Shape>> = {
  limits: {
    allowed: `an object with ${Object.keys(limits).join(", ")}`,
    fits: (given) => typeof given === "object" && given !== null && !Array.isArray(given),
  },
  operations: { allowed: "true or false", fits: (given) => typeof given === "boolean" },
  facades: {
    allowed: `a list of ${facadeNames.join(", ")}`,
    fits: (given) => Array.isArray(given) && given.every((one) => facadeNames.includes(one)),
  },
};

/** A path of this host: what a mount or a guard stands below. */
export const pathPrefix: Shape = {
  allowed: "a path such as /verify",
  fits: (given) => typeof given === "string" && /^(?:\/[\w.~-]+)*$/.test(given),
};

/** What a guard can lead back to. */
export const ownPath: Shape = {
  allowed: "a path of this host such as /account",
  fits: (given) => typeof given === "string" && isOwnPath(given),
};

export const aService: Shape = {
  allowed: "the id or the name of a service",
  fits: (given) => typeof given === "string" && given !== "",
};

export const someSeconds: Shape = {
  allowed: "a number of seconds above 0",
  fits: (given) => Number.isFinite(given) && Number(given) > 0,
};

export const aFunction: Shape = { allowed: "a function", fits: (given) => typeof given === "function" };

/** @throws TypeError with every option that is wrong: its name, what was given and what is allowed */
export function readMountOptions(options: object, more: Readonly<Record<string, Shape>>): void {
  const problems = shapeProblems(options, { ...shapes, ...more });
  const { limits: given } = options as MountOptions;
  if (shapes.limits.fits(given)) {
    problems.push(...shapeProblems(given as object, limits).map((one) => `limits.${one}`));
  }
  if (problems.length > 0) throw new TypeError(`mounting Countersign: ${problems.join("; ")}`);
}

/** What follows the prefix, or null where a URL does not begin with it. */
export function below(prefix: string, url: string): string | null {
  if (prefix === "") return url;
  return url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : null;
}
