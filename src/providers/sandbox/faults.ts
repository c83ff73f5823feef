import { oldestFirst } from "../../delivery/index.ts";
/** What a virtual carrier does wrong, for one number or for all that start with a prefix. */
export interface SandboxFault {
  /** An E.164 number, or the beginning of some; the longest match counts. */
  readonly prefix: string;
  readonly type:
    | "refuse"
    | "notSent"
    | "acceptAndLose"
    | "timeoutAfterAccept"
    | "timeoutBeforeAccept"
    | "delay"
    | "duplicate"
    | "lateReceipt"
    | "failedReceipt";
  /** For `delay` and `lateReceipt`: how long. */
  readonly delayMs?: number;
  /** For `notSent`: what the carrier asks to wait. */
  readonly retryAfterMs?: number;
  /** How often it happens before the phone works again; without it, for ever. */
  readonly times?: number;
}

export const sandboxFaultTypes: readonly SandboxFault["type"][] = [
  "refuse",
  "notSent",
  "acceptAndLose",
  "timeoutAfterAccept",
  "timeoutBeforeAccept",
  "delay",
  "duplicate",
  "lateReceipt",
  "failedReceipt",
];

export interface SandboxFaults {
  set(fault: SandboxFault): void;
  /** The fault that the next message to this number meets; counts it. */
  take(number: string): SandboxFault | null;
  list(): readonly SandboxFault[];
  clear(prefix?: string): void;
}

const faultsMax = 1_000;

export function createSandboxFaults(): SandboxFaults {
  const byPrefix = new Map<string, { fault: SandboxFault; left: number }>();
  const forgetOldest = oldestFirst(byPrefix, faultsMax);
  return {
    set(fault) {
      byPrefix.delete(fault.prefix);
      byPrefix.set(fault.prefix, { fault, left: fault.times ?? Number.POSITIVE_INFINITY });
      forgetOldest();
    },
    take(number) {
      if (byPrefix.size === 0) return null;
      for (let length = number.length; length > 0; length--) {
        const entry = byPrefix.get(number.slice(0, length));
        if (entry === undefined) continue;
        entry.left -= 1;
        if (entry.left <= 0) byPrefix.delete(entry.fault.prefix);
        return entry.fault;
      }
      return null;
    },
    list: () =>
      [...byPrefix.values()].map(({ fault, left }) =>
        Number.isFinite(left) ? { ...fault, times: left } : fault,
      ),
    clear(prefix) {
      if (prefix === undefined) byPrefix.clear();
      else byPrefix.delete(prefix);
    },
  };
}
