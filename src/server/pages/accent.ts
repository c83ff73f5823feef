import type { FastifyPluginCallback } from "fastify";
import { accentOf } from "../../tenants/index.ts";
import { Problem } from "../problems.ts";
import { longLived } from "./assets.ts";

/** The style sheet of a colour: a file, because a page may hold no style of its own. */
export function accentUrl(colour: string): string {
  return `/two-factor/accents/${colour.slice(1).toLowerCase()}.css`;
}

export const accentRoutes: FastifyPluginCallback = (app, _options, done) => {
  app.get<{ Params: { file: string } }>("/two-factor/accents/:file", (request, reply) => {
    const [, hex] = /^([0-9a-f]{6})\.css$/.exec(request.params.file) ?? [];
    if (hex === undefined) throw new Problem("not_found");
    const { light, dark, onDark } = accentOf(`#${hex}`);
    const style = `:root{--accent:${light};--accent-text:${light};--on-accent:#ffffff}
@media (prefers-color-scheme:dark){:root{--accent:${dark};--accent-text:${dark};--on-accent:${onDark}}}
`;
    return reply.headers({ ...longLived, "content-type": "text/css; charset=utf-8" }).send(style);
  });
  done();
};
