import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyPluginAsync } from "fastify";
import { html } from "ghtml";
import { errorTable } from "../../errors/codes.ts";
import { Problem } from "../problems.ts";
import { aboutFrame, isForBrowser } from "./frame.ts";
import { renderMarkdown } from "./markdown.ts";

/** Beside `src` in a clone and beside `dist` in the package. */
const folder = join(import.meta.dirname, "..", "..", "..", "docs", "errors");

const allErrors = html`<p><a href="/errors">All errors</a></p>`;

/** One line an error, in the order of the table. */
const index = html`<h1>Errors</h1>
<p>Every refusal of the API has a <code>code</code>, which never changes its meaning. Each has a page that says why it comes and what to do.</p>
<ul>!${Object.entries(errorTable).map(([code, { status, title }]) => html`<li>${status} <a href="/errors/${code}"><code>${code}</code></a> ${title}</li>`)}</ul>`;

const assets = "/errors/assets";

/** The pages that the `type` of a problem leads to: HTML for browsers, Markdown for everybody else. */
export const errorPageRoutes: FastifyPluginAsync = async (app) => {
  const frame = aboutFrame(assets);
  const toIndex = (): string => (app.hasRoute({ method: "GET", url: "/errors" }) ? allErrors : "");
  for (const routes of frame.routes) await app.register(routes);
  app.get<{ Params: { code: string } }>("/errors/:code", (request, reply) => {
    const { code } = request.params;
    const path = join(folder, `${code}.md`);
    // Only names of the table ever become a path.
    if (!Object.hasOwn(errorTable, code) || !existsSync(path)) throw new Problem("not_found");
    const text = readFileSync(path, "utf8");
    const isPage = isForBrowser(request, reply);
    const body = isPage ? frame.around(reply, code, renderMarkdown(text, linkTo) + toIndex()) : text;
    if (!isPage) reply.type("text/markdown; charset=utf-8");
    return reply.header("cache-control", "public, max-age=3600").send(body);
  });
};

/** All of them, on a server alone: inside an application this address is the application's. */
export const errorIndexRoutes: FastifyPluginAsync = async (app) => {
  const frame = aboutFrame(assets);
  app.get("/errors", (request, reply) => {
    const isPage = isForBrowser(request, reply);
    const body = isPage
      ? frame.around(reply, "Errors", index)
      : readFileSync(join(folder, "README.md"), "utf8");
    if (!isPage) reply.type("text/markdown; charset=utf-8");
    return reply.header("cache-control", "public, max-age=3600").send(body);
  });
};

/** The guides are not served: their names stay, without a link. */
function linkTo(target: string): string | null {
  const [, code = ""] = /^([a-z_]+)\.md$/.exec(target) ?? [];
  return Object.hasOwn(errorTable, code) ? `/errors/${code}` : null;
}
