import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { errorIndexRoutes } from "./error-pages.ts";
import { aboutFrame, isForBrowser } from "./frame.ts";

interface Link {
  readonly name: string;
  readonly path: string;
  readonly what: string;
}

const links: readonly Link[] = [
  {
    name: "page",
    path: "/two-factor",
    what: "The verification page: try it with any number that could be real",
  },
  {
    name: "account",
    path: "/account",
    what: "The account pages: sign up, sign in, and look after an account",
  },
  { name: "console", path: "/console", what: "The console, for administrators" },
  { name: "phones", path: "/sandbox", what: "The virtual phones, where its messages arrive" },
  { name: "reference", path: "/api/docs", what: "The API reference, with calls to try" },
  { name: "api", path: "/api/v1", what: "The API itself; every call needs a key" },
  { name: "errors", path: "/errors", what: "Every error that it answers with, and what to do" },
  { name: "openapi", path: "/api/openapi.json", what: "Its OpenAPI document" },
  { name: "health", path: "/health/ready", what: "Whether this server is ready" },
];

/** What a server says at its bare address, and to a browser at an address where there is nothing. */
export interface FrontPage {
  readonly routes: FastifyPluginAsync;
  /** The page for a browser that opened a wrong address; null for everybody else, who is told by a problem. */
  nothingHere(request: FastifyRequest, reply: FastifyReply): string | null;
}

/** The address of the server alone: where everything else is, for people and for programs. */
export function frontPage(): FrontPage {
  const frame = aboutFrame("/about/assets");
  return {
    routes: async (app) => {
      for (const routes of frame.routes) await app.register(routes);
      await app.register(errorIndexRoutes);
      app.get("/", async (request, reply) => {
        // The virtual phones are not always there.
        const shown = links.filter(
          ({ name, path }) =>
            name === "api" || [path, `${path}/`].some((url) => app.hasRoute({ method: "GET", url })),
        );
        if (isForBrowser(request, reply)) return frame.around(reply, "Start", content(shown));
        const paths = Object.fromEntries(shown.map(({ name, path }) => [name, path]));
        return { name: "countersign", links: paths };
      });
    },
    nothingHere: (request, reply) =>
      request.method === "GET" && isForBrowser(request, reply)
        ? frame.around(reply, "Not found", nothing)
        : null,
  };
}

const nothing = html`<h1>There is nothing here</h1>
<p>No page answers at this address. It may be misspelled, or what it leads to is switched off.</p>
<p><a href="/">What is on this server</a></p>`;

function content(shown: readonly Link[]): string {
  return html`<h1>Countersign</h1>
<p class="lead">Phone verification on a server of your own. Here are:</p>
<ul class="links">!${shown.map(({ name, path, what }) => html`<li>!${name === "api" ? html`<code>${path}</code>` : html`<a href="${path}">${path}</a>`} <span class="quiet">${what}</span></li>`)}</ul>`;
}
