import type { FastifyRequest } from "fastify";

/** What `Authorization: Basic` holds; null where there is none that can be read. */
export function basicOf(request: FastifyRequest): { readonly user: string; readonly secret: string } | null {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const at = text.indexOf(":");
  return at === -1 ? null : { user: text.slice(0, at), secret: text.slice(at + 1) };
}
