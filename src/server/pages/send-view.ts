import type { FastifyReply, FastifyRequest } from "fastify";
import type { Service } from "../../tenants/index.ts";
import { isOwnPath } from "../page-links.ts";
import { isSecure } from "../same-origin.ts";
import { accentUrl } from "./accent.ts";
import type { Assets } from "./assets.ts";
import { setPageHeaders } from "./headers.ts";
import { layout } from "./layout.ts";
import type { View } from "./views.ts";

export interface SentView {
  readonly language: { readonly tag: string; readonly direction: "ltr" | "rtl" };
  readonly service: Service | null;
  readonly view: View;
  /** Where its forms may lead, beside here. */
  readonly formTargets: readonly string[];
  /** Who may frame it; without any, nobody. */
  readonly frameAncestors?: readonly string[];
  /** Beside the one of all pages. */
  readonly styles?: readonly string[];
}

/** A view as a whole page: in its language, with its service's brand, and with no more than it has a use for. */
export function sendWhole(
  assets: Assets,
  request: FastifyRequest,
  reply: FastifyReply,
  { language, service, view, formTargets, frameAncestors = [], styles = [] }: SentView,
): FastifyReply {
  const page = service?.settings.page;
  const accent = page?.accent ?? null;
  setPageHeaders(reply, { isSecure: isSecure(request), formTargets, frameAncestors });
  // A slow line loads nothing that the page has no use for.
  const needs = (script: string, sign: string): readonly string[] =>
    view.content.includes(sign) ? [script] : [];
  const scripts = [
    "page.js",
    ...needs("countries.js", 'id="country"'),
    ...needs("passkey.js", "data-passkey="),
  ];
  return reply
    .type("text/html; charset=utf-8")
    .header("content-language", language.tag)
    .header("vary", "accept-language, cookie")
    .send(
      layout({
        language: language.tag,
        direction: language.direction,
        title: view.title,
        brand: { name: service?.settings.brand ?? "", logo: page?.logo ?? null },
        styles: [
          ...["style.css", ...styles].map(assets.url),
          ...(accent === null ? [] : [accentUrl(accent)]),
        ],
        scripts: scripts.map(assets.url),
        content: view.content,
      }),
    );
}

/** A form's answer may lead back to the application, and browsers hold redirects against `form-action` too. */
export function formTargetsOf(returnUrl: string | null): readonly string[] {
  return returnUrl === null || isOwnPath(returnUrl) ? [] : [new URL(returnUrl).origin];
}
