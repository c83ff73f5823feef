import { asOf, type Status, type Verification } from "../verification/index.ts";

/** Whether a verification has a status at an instant; without a status, all do. */
export function hasStatus(row: Verification, status: Status | undefined, at: number | undefined): boolean {
  if (status === undefined) return true;
  return (at === undefined ? row : asOf(row, at)).status === status;
}
