import type { FastifyPluginAsync } from "fastify";
import { html } from "ghtml";
import { aboutFrame } from "./frame.ts";

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
  { name: "openapi", path: "/api/openapi.json", what: "Its OpenAPI document" },
  { name: "health", path: "/health/ready", what: "Whether this server is ready" },
];

/** The address of the server alone: where everything else is, for people and for programs. */
export const frontPageRoutes: FastifyPluginAsync = async (app) => {
  const frame = aboutFrame("/about/assets");
  for (const routes of frame.routes) await app.register(routes);
  app.get("/", async (request, reply) => {
    // The virtual phones are not always there.
    const shown = links.filter(
      ({ name, path }) =>
        name === "api" || [path, `${path}/`].some((url) => app.hasRoute({ method: "GET", url })),
    );
    void reply.header("vary", "accept");
    if (request.headers.accept?.includes("text/html") === true) {
      return frame.around(reply, "Start", content(shown));
    }
    const paths = Object.fromEntries(shown.map(({ name, path }) => [name, path]));
    return { name: "countersign", links: paths };
  });
};

function content(shown: readonly Link[]): string {
  return html`<h1>Countersign</h1>
<p class="lead">Phone verification on a server of your own. Here are:</p>
<ul class="links">!${shown.map(({ name, path, what }) => html`<li>!${name === "api" ? html`<code>${path}</code>` : html`<a href="${path}">${path}</a>`} <span class="quiet">${what}</span></li>`)}</ul>`;
}
