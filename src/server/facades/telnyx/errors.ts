import type { FastifyReply } from "fastify";

/** An error as the vendor writes it: a code that is a text, and where the request went wrong. */
export interface TelnyxError {
  readonly http: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  /** JSON pointer into the body. */
  readonly pointer?: string;
  /** Name of a parameter of the query or the path. */
  readonly parameter?: string;
  readonly retryAfterSeconds?: number;
  /** Whether the vendor's client may send the request again by itself, as it does after 408, 409, 429 and 5xx. */
  readonly shouldRetry?: boolean;
}

/** An error on its way to the answer. */
export class TelnyxRefusal extends Error {
  override readonly name = "TelnyxRefusal";
  readonly error: TelnyxError;

  constructor(error: TelnyxError) {
    super(error.title);
    this.error = error;
  }
}

export function refuse(error: TelnyxError): never {
  throw new TelnyxRefusal(error);
}

type Where = Pick<TelnyxError, "pointer" | "parameter" | "detail">;

/** The vendor's codes as far as we send them. Its Verify knows HTTP 400 alone for what is wrong with a request. */
export const errors = {
  url: (where: Where): TelnyxError => ({ http: 400, code: "10003", title: "Invalid URL", ...where }),
  phoneNumber: { http: 400, code: "10002", title: "Invalid phone number" },
  missing: (where: Where): TelnyxError => ({
    http: 400,
    code: "10004",
    title: "Missing required parameter",
    ...where,
  }),
  notFound: (where: Where = {}): TelnyxError => ({
    http: 400,
    code: "10005",
    title: "Resource not found",
    ...where,
  }),
  id: (where: Where): TelnyxError => ({ http: 400, code: "10006", title: "Invalid ID", ...where }),
  unexpected: { http: 500, code: "10007", title: "Unexpected error" },
  unavailable: { http: 503, code: "10007", title: "Unexpected error", retryAfterSeconds: 1 },
  authentication: { http: 401, code: "10009", title: "Authentication failed" },
  authorization: { http: 403, code: "10010", title: "Authorization failed" },
  tooMany: (more: Pick<TelnyxError, "detail" | "retryAfterSeconds" | "shouldRetry">): TelnyxError => ({
    http: 429,
    code: "10011",
    title: "Too many requests",
    ...more,
  }),
  bad: (where: Where): TelnyxError => ({ http: 400, code: "10015", title: "Bad Request", ...where }),
  notE164: { http: 400, code: "10016", title: "Phone number must be in +E.164 format" },
  noRoute: { http: 404, code: "10005", title: "Resource not found" },
} as const satisfies Readonly<Record<string, TelnyxError | ((...args: never[]) => TelnyxError)>>;

const documentation = "https://developers.telnyx.com/docs/overview/errors/";

/** `errors` is a list, and each has its code as a text: older clients look at nothing else. */
export function sendError(reply: FastifyReply, error: TelnyxError): FastifyReply {
  const { http, code, title, detail, pointer, parameter, retryAfterSeconds, shouldRetry } = error;
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(Math.max(1, retryAfterSeconds)));
  if (shouldRetry !== undefined) reply.header("x-should-retry", String(shouldRetry));
  const source = {
    ...(pointer === undefined ? {} : { pointer }),
    ...(parameter === undefined ? {} : { parameter }),
  };
  const one = {
    code,
    title,
    ...(detail === undefined ? {} : { detail }),
    ...(Object.keys(source).length === 0 ? {} : { source }),
    meta: { url: `${documentation}${code}` },
  };
  return sendJson(reply.code(http), { errors: [one] });
}

export function sendJson(reply: FastifyReply, body: unknown): FastifyReply {
  return reply.type("application/json; charset=utf-8").serializer(JSON.stringify).send(body);
}
