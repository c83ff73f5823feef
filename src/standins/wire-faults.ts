/**
 * What goes wrong on the wire of a stand-in, beside the faults of the virtual carrier: the next message meets the
 * oldest one. `refuse` answers as the vendor answers with this status, or with this code of the vendor's own.
 */
export type WireFault =
  | {
      readonly type: "refuse";
      readonly status: number;
      readonly code?: string;
      /** In the header, as written. */
      readonly retryAfter?: string;
    }
  | { readonly type: "slow"; readonly delayMs: number }
  /** Taken and delivered; the answer breaks off, or is none of the vendor's. */
  | { readonly type: "cut" | "garbage" }
  /** The receipts come before the answer, never, or with a signature of somebody else. */
  | { readonly type: "receiptFirst" | "receiptLost" | "receiptForged" };

export interface WireFaults {
  add(fault: WireFault): void;
  /** The one that the next message meets. */
  take(): WireFault | null;
  /** Those that wait, in their order. */
  list(): readonly WireFault[];
  clear(): void;
}

const faultsMax = 1_000;

export function createWireFaults(): WireFaults {
  const waiting: WireFault[] = [];
  return {
    add(fault) {
      waiting.push(fault);
      if (waiting.length > faultsMax) waiting.shift();
    },
    take: () => waiting.shift() ?? null,
    list: () => [...waiting],
    clear: () => void waiting.splice(0),
  };
}
