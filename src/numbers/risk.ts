import type { PhoneChannel } from "./policy.ts";

/** What carriers and registers know of a number lately, beside what its digits say (63B-4 3.1.3.3). */
export const numberRisks = [
  "sim_swapped_24h",
  "sim_swapped_7d",
  "ported_24h",
  "ported_7d",
  "calls_forwarded",
] as const;

export type NumberRisk = (typeof numberRisks)[number];

/** What is asked before a code goes over the telephone network. */
export interface RiskQuestion {
  /** E.164. */
  readonly number: string;
  readonly region: string;
  readonly channel: PhoneChannel;
  /** What the code is for, such as `login`. */
  readonly purpose: string;
  readonly subject: string | null;
}

/** Who knows it, and with which of it nothing is sent. */
export interface RiskLookup {
  /** Asked once a start. What it does not answer within two seconds counts as nothing known. */
  lookUp(asked: RiskQuestion): Promise<readonly NumberRisk[]>;
  /** Default: `sim_swapped_24h`, `ported_24h`, `calls_forwarded`. */
  readonly denied?: readonly NumberRisk[];
}

const deniedDefault: readonly NumberRisk[] = ["sim_swapped_24h", "ported_24h", "calls_forwarded"];

/** Those of the risks with which nothing is sent; none where it may be. */
export function deniedRisks(
  found: readonly NumberRisk[],
  { denied = deniedDefault }: Pick<RiskLookup, "denied">,
): readonly NumberRisk[] {
  return numberRisks.filter((risk) => found.includes(risk) && denied.includes(risk));
}
