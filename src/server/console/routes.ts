import { join } from "node:path";
import cookie from "@fastify/cookie";
import type { FastifyPluginAsync } from "fastify";
import { newMemory } from "../account/memory.ts";
import { loadAssets } from "../pages/assets.ts";
import { readForms } from "../pages/fields.ts";
import type { ConsoleCalls } from "./calls.ts";
import { lookOf } from "./frame.ts";
import type { Tools } from "./gate.ts";

const bodyBytesMax = 16_384;
const assetsPath = "/console/assets";

/** The console, for administrators. What its pages are made of is loaded when the first is asked for. */
export function consolePages(calls: ConsoleCalls): FastifyPluginAsync {
  return async (app) => {
    readForms(app, bodyBytesMax);
    await app.register(cookie);
    const pageAssets = join(import.meta.dirname, "..", "pages", "assets");
    const shared = loadAssets(pageAssets, assetsPath, ["style.css", "passkey.js"]);
    const own = loadAssets(join(import.meta.dirname, "assets"), assetsPath);
    await app.register(shared.routes);
    await app.register(own.routes);
    const tools: Tools = { look: lookOf(shared, own), calls, memory: newMemory() };
    const pages = () => import("./handlers.ts");
    app.setErrorHandler(async (error, request, reply) =>
      (await pages()).sendFault(tools, request, reply, error),
    );
    // One handler for all of them, so that none is served that is not in its table.
    app.get("/console", async (request, reply) => (await pages()).get(tools, request, reply, ""));
    app.get("/console/*", async (request, reply) =>
      (await pages()).get(tools, request, reply, restOf(request.params)),
    );
    app.post("/console/*", async (request, reply) =>
      (await pages()).post(tools, request, reply, restOf(request.params)),
    );
  };
}

function restOf(params: unknown): string {
  return (params as { readonly "*": string })["*"];
}
