import { join } from "node:path";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { loadAssets } from "../pages/assets.ts";
import { setPageHeaders } from "../pages/headers.ts";
import { layout } from "../pages/layout.ts";
import { Problem } from "../problems.ts";
import { isSecure } from "../same-origin.ts";
import type { ApiDocument } from "./document-types.ts";
import { type Reference, referenceOf } from "./reference.ts";
import { chapterContent, overviewContent, page, schemaContent, schemasContent } from "./views.ts";

/** To be registered below `/api`. The API's document for people: pages made from it when somebody asks, with nothing from elsewhere. */
export function referenceRoutes(documentOf: () => ApiDocument): FastifyPluginAsync {
  const look = loadAssets(join(import.meta.dirname, "..", "pages", "assets"), "/docs/assets");
  const own = loadAssets(join(import.meta.dirname, "assets"), "/docs/assets");
  let known: Reference | null = null;

  function show(
    reply: FastifyReply,
    title: string,
    current: string,
    contentOf: (reference: Reference) => string,
  ): FastifyReply {
    known ??= referenceOf(documentOf());
    setPageHeaders(reply, { isSecure: isSecure(reply.request) });
    const text = layout({
      language: "en",
      direction: "ltr",
      title: title === "" ? "API reference · Countersign" : `${title} · API reference · Countersign`,
      brand: { name: "Countersign", logo: null },
      styles: [`/api${look.url("style.css")}`, `/api${own.url("reference.css")}`],
      scripts: [`/api${own.url("reference.js")}`],
      content: page(known, current, contentOf(known)),
    });
    return reply.type("text/html; charset=utf-8").send(text);
  }

  return async (app) => {
    app.get("/docs", (request, reply) =>
      show(reply, "", "", (reference) => overviewContent(reference, originOf(request))),
    );
    app.get("/docs/schemas", (_request, reply) => show(reply, "Schemas", "schemas", schemasContent));
    app.get<{ Params: { name: string } }>("/docs/schemas/:name", (request, reply) => {
      known ??= referenceOf(documentOf());
      const { name } = request.params;
      const schema = Object.hasOwn(known.schemas, name) ? known.schemas[name] : undefined;
      if (schema === undefined) throw new Problem("not_found");
      return show(reply, name, "schemas", () => schemaContent(name, schema));
    });
    app.get<{ Params: { slug: string } }>("/docs/:slug", (request, reply) => {
      known ??= referenceOf(documentOf());
      const chapter = known.chapters.find(({ slug }) => slug === request.params.slug);
      if (chapter === undefined) throw new Problem("not_found");
      return show(reply, chapter.name, chapter.slug, (reference) =>
        chapterContent(chapter, reference, originOf(request)),
      );
    });
    for (const one of [look, own]) await app.register(one.routes);
  };
}

/** As the reader came here, so that examples can be run as they stand. */
function originOf(request: FastifyRequest): string {
  const origin = request.server.publicOrigin(request);
  const shown = /^https?:\/\/[\w.:[\]-]{1,255}$/.test(origin) ? origin : "http://localhost:3000";
  return shown + request.server.basePath(request);
}
