import type { SealContext } from "../../secrets/index.ts";

/** What is sealed in a subscriber's row, each to its own place (K-3). */
export function contextOf(
  column: "name" | "number" | "address" | "seed",
  row: string,
  tenant: string,
): SealContext {
  return { table: "subscribers", column, row, tenant };
}
