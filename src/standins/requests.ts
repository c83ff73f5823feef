import type { FastifyInstance, FastifyRequest } from "fastify";

/** Stand-ins read bodies by themselves: vendors take what our own API refuses, such as forms. */
export function readBodiesAsText(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
}

/** The JSON object of a body; null where it is none. */
export function jsonObject({ body }: FastifyRequest): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(typeof body === "string" && body !== "" ? body : "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** User and password of HTTP Basic; null where there is none. */
export function basicOf({
  headers,
}: FastifyRequest): { readonly user: string; readonly password: string } | null {
  const match = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? "");
  if (match === null) return null;
  const [user = "", ...rest] = Buffer.from(match[1] ?? "", "base64")
    .toString("utf8")
    .split(":");
  return { user, password: rest.join(":") };
}

export function bearerOf({ headers }: FastifyRequest): string | null {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? null;
}
