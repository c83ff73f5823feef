import type { StreamEvent } from "./stream.ts";

/** What a request came back with, whatever carried it. */
export interface Answer {
  readonly status: number;
  /** Parsed JSON; null where there is no body. */
  readonly body: unknown;
}

/** The methods that the API knows. */
export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** The HTTP API, wherever it is. */
export interface Connection {
  /** A server of this machine, the data folder in this process, or a server elsewhere. */
  readonly kind: "server" | "inProcess" | "remote";
  request(method: Method, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** The HTTP API of a server that runs, which can also tell what happens as it happens. */
export interface ServerConnection extends Connection {
  /** The events of a stream until it breaks off or `signal` is aborted; those after `lastSeenId` first. */
  follow(path: string, lastSeenId: string | null, signal: AbortSignal): AsyncIterable<StreamEvent>;
}

/** Whether a command may make a new installation where there is none; one that only reads would find it empty. */
export type Founding = "founds" | "needs data";
