import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";

/** What the app of somebody shows now. */
export function codeOfApp(seed: string, now: number): string {
  return totpCode(fromBase32(seed) as Buffer, totpDefaults, stepAt(totpDefaults, now));
}
