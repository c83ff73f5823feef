import type { Log } from "../../src/engine/index.ts";

/** A log that keeps what was warned of. */
export function recordingLog(): { readonly log: Log; readonly lines: Readonly<Record<string, unknown>>[] } {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const keep = (fields: Readonly<Record<string, unknown>>): void => void lines.push(fields);
  return { log: { info: () => undefined, warn: keep, error: keep }, lines };
}
