import type { FastifyReply, FastifyRequest } from "fastify";
import { uuidv7 } from "../../../clock/index.ts";

/** An error in the form of JSON:API: its id and its status are what clients look at. */
export interface FlowrouteError {
  readonly http: number;
  readonly title: string;
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
}

/** An error on its way to the answer. */
export class FlowrouteRefusal extends Error {
  override readonly name = "FlowrouteRefusal";
  readonly error: FlowrouteError;

  constructor(error: FlowrouteError) {
    super(error.title);
    this.error = error;
  }
}

export function refuse(error: FlowrouteError): never {
  throw new FlowrouteRefusal(error);
}

/** The vendor's statuses as far as we send them. */
export const errors = {
  bad: (detail: string): FlowrouteError => ({ http: 400, title: "Bad Request", detail }),
  unauthorized: { http: 401, title: "Unauthorized", detail: "There was an issue with your API credentials." },
  forbidden: (detail: string): FlowrouteError => ({ http: 403, title: "Forbidden", detail }),
  notFound: { http: 404, title: "Not Found", detail: "The specified resource was not found." },
  method: { http: 405, title: "Method Not Allowed", detail: "This cannot be done here." },
  unprocessable: (detail: string): FlowrouteError => ({ http: 422, title: "Unprocessable Entity", detail }),
  tooMany: (detail: string, retryAfterSeconds?: number): FlowrouteError => ({
    http: 429,
    title: "Too Many Requests",
    detail,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  }),
  /** What v2 answers where `to` is no number. */
  badNumber: (detail: string): FlowrouteError => ({ http: 500, title: "Internal Server Error", detail }),
  internal: { http: 500, title: "Internal Server Error" },
  unavailable: { http: 503, title: "Service Unavailable", retryAfterSeconds: 1 },
} as const satisfies Readonly<Record<string, FlowrouteError | ((...args: never[]) => FlowrouteError)>>;

/** The body is valid JSON whatever happened: the vendor's own client hands it on as a text. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: FlowrouteError): FastifyReply {
  const { http, title, detail = title, retryAfterSeconds } = error;
  const { clock, random } = request.server.parts;
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(Math.max(1, retryAfterSeconds)));
  const id = uuidv7(clock.now(), random);
  return sendJson(reply.code(http), { errors: [{ id, status: http, title, detail }] });
}

export function sendJson(reply: FastifyReply, body: unknown): FastifyReply {
  return reply.type("application/json; charset=utf-8").serializer(JSON.stringify).send(body);
}
