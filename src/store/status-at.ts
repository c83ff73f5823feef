import { uuidv7Floor } from "../clock/index.ts";
import { asOf, clockStepMaxMs, type Status, type Verification } from "../verification/index.ts";

/** Whether a verification has a status at an instant; without a status, all do. */
export function hasStatus(row: Verification, status: Status | undefined, at: number | undefined): boolean {
  if (status === undefined) return true;
  return (at === undefined ? row : asOf(row, at)).status === status;
}

/**
 * The same for statements: the instant, the smallest id of a verification that seems to come from the future, and from
 * when on its creation would be more than a clock's step ahead. Nulls, which compare as false, without an instant.
 */
export function statusTimes(
  at: number | undefined,
): readonly [number, string, number] | readonly [null, null, null] {
  return at === undefined ? [null, null, null] : [at, uuidv7Floor(at), at + clockStepMaxMs];
}
