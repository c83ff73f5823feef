import type { AddressInfo } from "node:net";

/** A server that listens, as the process that carries it sees it. */
export interface Served {
  readonly port: number;
  readonly store: "sqlite" | "postgres" | null;
  /** Codes handed to a phone so far. */
  delivered(): number;
  /** Resolves when every delivery that is due was dispatched and answered. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** A code on its way to whoever loads the server. */
export type PassCode = (number: string, code: string) => void;

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new TypeError("the server has no port");
  return address.port;
}
