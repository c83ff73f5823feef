import type { FastifyPluginCallback } from "fastify";

interface Link {
  readonly name: string;
  readonly path: string;
  readonly what: string;
}

const links: readonly Link[] = [
  { name: "api", path: "/api/v1", what: "the API; every call needs a key" },
  { name: "openapi", path: "/api/openapi.json", what: "its OpenAPI document" },
  { name: "health", path: "/health/ready", what: "whether this server is ready" },
  { name: "phones", path: "/sandbox/api/phones", what: "the virtual phones" },
];

/** The address of the server alone: where everything else is, for people and for programs. */
export const frontPageRoutes: FastifyPluginCallback = (app, _options, done) => {
  app.get("/", (request, reply) => {
    // The virtual phones are not always there.
    const shown = links.filter(
      ({ name, path }) => name === "api" || app.hasRoute({ method: "GET", url: path }),
    );
    void reply.header("vary", "accept");
    if (request.headers.accept?.includes("text/html") === true) {
      return reply.type("text/html; charset=utf-8").send(asHtml(shown));
    }
    const paths = Object.fromEntries(shown.map(({ name, path }) => [name, path]));
    return reply.send({ name: "countersign", links: paths });
  });
  done();
};

function asHtml(shown: readonly Link[]): string {
  const items = shown.map(({ path, what }) => `<li><a href="${path}">${path}</a>: ${what}`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Countersign</title><h1>Countersign</h1><p>Phone verification. Here are:<ul>${items.join("")}</ul></html>\n`;
}
