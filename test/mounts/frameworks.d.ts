// What the tests use of frameworks whose own types are missing, or clash with those of another package.
declare module "express4" {
  import express from "express";
  // biome-ignore lint/style/noDefaultExport: it is how the package exports itself
  export default express;
}

declare module "koa" {
  import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

  interface Context {
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
    readonly request: { body?: unknown; rawBody?: unknown };
    readonly ip: string;
    readonly url: string;
    readonly originalUrl: string;
    readonly protocol: string;
    readonly host: string;
    readonly method: string;
    readonly path: string;
    session?: Record<string, unknown>;
    set(headers: Readonly<Record<string, string>>): void;
    readonly state: { twoFactor?: import("../../src/mounts/koa.ts").TwoFactorSession };
    status: number;
    body: unknown;
  }

  // biome-ignore lint/style/noDefaultExport: it is how the package exports itself
  export default class Koa {
    constructor(options?: { readonly proxy?: boolean });
    use(middleware: (context: Context, next: () => Promise<unknown>) => unknown): this;
    on(event: "error", listener: (cause: unknown) => void): this;
    callback(): RequestListener;
  }
}
