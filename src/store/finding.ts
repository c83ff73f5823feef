/** What one look at an installation found: for people in words, for programs by name and level. */
export interface Finding {
  /** Stable. */
  readonly check: string;
  readonly level: "ok" | "warn" | "fail";
  readonly found: string;
  /** What to change; null where nothing is to be done. */
  readonly remedy: string | null;
}

export function ok(check: string, found: string): Finding {
  return { check, level: "ok", found, remedy: null };
}

export function warn(check: string, found: string, remedy: string): Finding {
  return { check, level: "warn", found, remedy };
}

export function fail(check: string, found: string, remedy: string): Finding {
  return { check, level: "fail", found, remedy };
}

/** Findings, and the small values of the data for those who know what they mean; null where they cannot be read. */
export interface Examination {
  readonly findings: readonly Finding[];
  readonly metas: ReadonlyMap<string, string> | null;
}

const sizes = ["bytes", "KB", "MB", "GB", "TB"];

export function sizeOf(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < sizes.length - 1; unit++) size /= 1024;
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${sizes[unit]}`;
}
