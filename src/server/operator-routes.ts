import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyPluginCallback } from "fastify";
import { errorTable } from "../errors/codes.ts";
import { authenticate } from "./caller.ts";
import { isLocalClient } from "./client-address.ts";
import { Problem } from "./problems.ts";
import type { Runtime } from "./runtime.ts";

/** Beside `src` in a clone and beside `dist` in the package. */
const errorPages = join(import.meta.dirname, "..", "..", "docs", "errors");

/** The pages that the `type` of a problem leads to. */
export const errorPageRoutes: FastifyPluginCallback = (app, _options, done) => {
  app.get<{ Params: { code: string } }>("/errors/:code", (request, reply) => {
    const { code } = request.params;
    const path = join(errorPages, `${code}.md`);
    // Only names of the table ever become a path.
    if (!Object.hasOwn(errorTable, code) || !existsSync(path)) throw new Problem("not_found");
    const page = readFileSync(path, "utf8");
    void reply.header("cache-control", "public, max-age=3600").header("vary", "accept");
    if (request.headers.accept?.includes("text/html") === true) {
      return reply.type("text/html; charset=utf-8").send(asHtml(code, page));
    }
    return reply.type("text/markdown; charset=utf-8").send(page);
  });
  done();
};

function asHtml(title: string, page: string): string {
  const escaped = page.replace(/[&<>]/g, (character) => escapes[character] ?? character);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><pre>${escaped}</pre></html>\n`;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Health and metrics: for those who run the server, outside the API. */
export function operatorRoutes(runtime: Runtime): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get("/health/live", () => ({ status: "live" }));
    app.get("/health/ready", async (request) => {
      const readiness = await runtime.readiness();
      if (readiness.ready) return { status: "ready", store: readiness.store };
      const { reason, detail } = readiness;
      // Which servers there are and what is wrong with them is nobody else's business.
      const told = isLocalClient(request) ? detail : undefined;
      throw new Problem(reason === "storage" ? "storage_unavailable" : reason, told, {
        reasons: [reason],
      });
    });
    app.get("/metrics", async (request, reply) => {
      // How many verifications fail and how many numbers are tried is nobody else's business.
      if (!isLocalClient(request)) await authenticate(request);
      const page = await runtime.metrics.page();
      return reply.type(page.contentType).send(page.text);
    });
    done();
  };
}
