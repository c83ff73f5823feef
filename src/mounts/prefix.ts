export interface MountOptions {
  /** The path that Countersign is mounted at, such as `/verify`. Default: the root. */
  readonly prefix?: string;
}

/** @throws TypeError for a prefix that no path could begin with */
export function prefixOf({ prefix = "" }: MountOptions): string {
  if (/^(?:\/[\w.~-]+)*$/.test(prefix)) return prefix;
  throw new TypeError(`prefix: ${JSON.stringify(prefix)} was given, allowed is a path such as /verify`);
}

/** What follows the prefix, or null where a URL does not begin with it. */
export function below(prefix: string, url: string): string | null {
  if (prefix === "") return url;
  return url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : null;
}
