import type pg from "pg";

/** A statement that a connection prepares once. */
export function prepared(name: string, text: string): pg.QueryConfig {
  return { name, text };
}
