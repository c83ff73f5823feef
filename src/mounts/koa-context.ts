import type { IncomingMessage, ServerResponse } from "node:http";

/** What Koa 3 gives a middleware. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** By Koa's own setting `proxy`, as the two after it. */
  readonly ip: string;
  readonly protocol: string;
  readonly host: string;
  readonly url: string;
  readonly originalUrl: string;
  readonly method: string;
  readonly request: { readonly body?: unknown; readonly rawBody?: unknown };
  readonly session?: unknown;
  set(headers: Readonly<Record<string, string>>): void;
  status: number;
  body: unknown;
  respond?: boolean;
}
