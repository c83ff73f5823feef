import type { FastifyInstance } from "fastify";
import type { Clock, Random } from "../clock/index.ts";
import type { Phones, SandboxFaults } from "../providers/sandbox/index.ts";
import type { WireFaults } from "./wire-faults.ts";

/** What every stand-in is built on. */
export interface StandinParts {
  readonly clock: Clock;
  readonly random: Random;
  /** For receipts and inbound texts, which go where the program under development said. */
  readonly fetch: typeof globalThis.fetch;
  readonly phones: Phones;
  readonly faults: SandboxFaults;
  readonly wire: WireFaults;
}

/** A carrier's wire as routes. */
export interface Standin {
  routes(scope: FastifyInstance): Promise<void>;
  /** What somebody writes back from a phone goes out as the vendor posts inbound texts. */
  reply(from: string, to: string, text: string): Promise<void>;
}

/** A fresh id of the kind that carriers use. */
export function hexId({ random }: Pick<StandinParts, "random">): string {
  return Buffer.from(random.bytes(16)).toString("hex");
}

/** A fresh id in the form of a UUID of version 4. */
export function uuidId(parts: Pick<StandinParts, "random">): string {
  const hex = hexId(parts);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
