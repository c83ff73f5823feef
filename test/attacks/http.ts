import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { onTestFinished } from "vitest";
import { createApp } from "../../src/server/app.ts";
import type { TestInstance } from "../support/instance.ts";

/** The HTTP API of an instance, called with its first key. */
export interface Api {
  readonly app: FastifyInstance;
  post(path: string, payload: unknown): Promise<LightMyRequestResponse>;
  /** A body as bytes, for what no JSON writer would write. */
  postRaw(path: string, payload: string | Buffer): Promise<LightMyRequestResponse>;
  get(path: string): Promise<LightMyRequestResponse>;
}

export function openApi(one: TestInstance): Api {
  const app = createApp({ engine: one.engine, parts: one.parts });
  onTestFinished(async () => void (await app.close()));
  const headers = { authorization: `Bearer ${one.firstKey?.key}` };
  const json = { ...headers, "content-type": "application/json" };
  const postRaw: Api["postRaw"] = (path, payload) =>
    app.inject({ method: "POST", url: `/api/v1${path}`, headers: json, payload });
  return {
    app,
    postRaw,
    post: (path, payload) => postRaw(path, JSON.stringify(payload)),
    get: (path) => app.inject({ url: `/api/v1${path}`, headers }),
  };
}
