import type { IncomingMessage } from "node:http";

/** What Express 4 and 5 add to a request. */
export interface ExpressRequest extends IncomingMessage {
  /** By Express's own setting `trust proxy`, as the two after it. */
  readonly ip?: string | undefined;
  readonly protocol?: string;
  readonly hostname?: string | undefined;
  /** The path that we are mounted at. */
  readonly baseUrl?: string;
  readonly originalUrl?: string;
  readonly body?: unknown;
  readonly session?: unknown;
}
