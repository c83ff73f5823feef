import { join } from "node:path";
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import { html } from "ghtml";
import { loadAssets } from "../pages/assets.ts";
import { setPageHeaders } from "../pages/headers.ts";
import { layout } from "../pages/layout.ts";
import { isSecure } from "../same-origin.ts";

/** What stands around a page to be read. */
export interface AboutFrame {
  /** The page around `content`, which is escaped HTML; its headers are on the answer. */
  around(reply: FastifyReply, title: string, content: string): string;
  readonly routes: readonly FastifyPluginCallback[];
}

/** Whether a page is asked for and not what a program reads: the answer depends on that, and says so. */
export function isForBrowser(request: FastifyRequest, reply: FastifyReply): boolean {
  void reply.header("vary", "accept");
  return request.headers.accept?.includes("text/html") === true;
}

/** `base` is the path below which its style sheets are served. */
export function aboutFrame(base: string): AboutFrame {
  const look = loadAssets(join(import.meta.dirname, "..", "pages", "assets"), base, ["style.css"]);
  const own = loadAssets(join(import.meta.dirname, "assets"), base);
  return {
    around(reply, title, content) {
      setPageHeaders(reply, { isSecure: isSecure(reply.request) });
      reply.type("text/html; charset=utf-8");
      return layout({
        language: "en",
        direction: "ltr",
        title: `${title} · Countersign`,
        brand: { name: "Countersign", logo: null },
        styles: [look.url("style.css"), own.url("about.css")],
        scripts: [],
        content: html`<div class="about">!${content}</div>`,
      });
    },
    routes: [look.routes, own.routes],
  };
}
