/** What the process that is measured is told when it starts, as the JSON of its one argument. */
export type ServerSetup =
  | { readonly mode: "bare" }
  | {
      readonly mode: "countersign";
      readonly folder: string;
      /** Operations in one transaction; 1 turns group commit off. */
      readonly batchMax?: number;
    };

export type Question = "stats" | "drain" | "stop";

/** Where codes leave the measured process: after stdin, stdout, stderr and the IPC channel. */
export const codesDescriptor = 4;

/** What the measured process tells about itself; times since its start, delays since it was last asked. */
export interface ServerStats {
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** Messages that arrived on virtual phones. */
  readonly delivered: number;
  readonly loopDelayMs: {
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
}

export type ServerReport =
  | { readonly type: "listening"; readonly port: number; readonly key: string }
  | { readonly type: "stats"; readonly stats: ServerStats }
  | { readonly type: "drained" };

/** The header `authorization` carries a key of the length that real ones have, also where nobody reads it. */
export const benchKey = "cs_bench-0123456789abcdefghijklmnopqrstuvwxyz-01";

/** Given to the server, so that a folder filled beforehand and the server that opens it agree. */
export const benchSecret = "bench: Zk3vQ9xL2mN8pR5tW1yB7cD4fG6hJ0sA";
