import type { IncomingMessage } from "node:http";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { HashingOverloaded, PasskeysUnavailable } from "../authenticators/index.ts";
import { type ErrorCode, errorTable } from "../errors/codes.ts";
import { detailBelow, details } from "../errors/details.ts";
import { SealBroken, SecretInvalid } from "../secrets/index.ts";
import { StorageOverloaded, StorageUnavailable } from "../store/index.ts";
import type { Quota } from "./limits.ts";
import { schemaProblem } from "./schema-problem.ts";

/** A refusal on its way to the wire: thrown by routes, written by the one error handler. */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly fields: Readonly<Record<string, unknown>>;
  override readonly name = "Problem";

  constructor(code: ErrorCode, detail?: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(detail ?? details[code]);
    this.code = code;
    this.fields = fields;
  }
}

/** For a path that nothing answers, whoever asks: which paths there are is no secret (C-37). */
export function noRoute(): Problem {
  return new Problem(
    "not_found",
    "No route has this path: those of the API begin with /api/v1, and /api/docs lists them.",
  );
}

/** Too many requests of a key or an address: with the quota in the headers (W-5). */
export class RateLimited extends Problem {
  readonly quota: Quota;

  constructor(quota: Quota) {
    super("rate_limited", "Too many requests; wait as long as Retry-After says.", {
      retryAt: new Date(quota.retryAt).toISOString(),
    });
    this.quota = quota;
  }
}

const quotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded";

/** Where a code is explained; relative to whatever host answers, below the path that we are mounted at there. */
export function problemType(code: ErrorCode, basePath = ""): string {
  return code === "rate_limited" ? quotaExceeded : `${basePath}/errors/${code}`;
}

/** RFC 9457: no stack, no SQL, nothing that the caller sent but names: of a field, of a media type. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, title, retryable } = errorTable[problem.code];
  const retryAt = problem.fields["retryAt"];
  if (typeof retryAt === "string") reply.header("retry-after", retryAfterSeconds(request, retryAt));
  else if (status === 503) reply.header("retry-after", "1");
  if (problem instanceof RateLimited) setQuotaHeaders(reply, problem.quota);
  const basePath = request.server.basePath(request);
  const body = {
    type: problemType(problem.code, basePath),
    title,
    status,
    code: problem.code,
    detail: detailBelow(problem.message, basePath),
    instance: request.id,
    retryable,
    ...problem.fields,
  };
  dropRest(request.raw);
  // Serialized here: a response schema of the route describes its successes.
  return reply
    .code(status)
    .type("application/problem+json; charset=utf-8")
    .serializer(JSON.stringify)
    .send(body);
}

/** What may still come in after an answer that did not wait for the body. */
const unreadBytesMax = 65_536;

/**
 * A refusal may leave before the whole body is there. Node would read the rest to its end, however long it is, to keep
 * the connection; we read a little, so that an honest client gets its answer, and then cut.
 */
function dropRest(raw: IncomingMessage): void {
  // Before the answer is sent: afterwards Node has taken the stream for itself.
  if (raw.complete !== false) return;
  let left = unreadBytesMax;
  raw.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) raw.socket.destroy();
  });
  raw.resume();
}

/** The structured fields of draft-ietf-httpapi-ratelimit-headers-10. */
export function setQuotaHeaders(reply: FastifyReply, quota: Quota): void {
  reply.header("ratelimit-policy", quota.policy);
  reply.header("ratelimit", quota.state);
}

function retryAfterSeconds(request: FastifyRequest, retryAt: string): string {
  const waitMs = Date.parse(retryAt) - request.server.clock.now();
  return String(Math.max(1, Math.ceil(waitMs / 1_000)));
}

const codeOfFastifyError: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "media_type_unsupported",
  FST_ERR_CTP_BODY_TOO_LARGE: "body_too_large",
  FST_ERR_CTP_EMPTY_JSON_BODY: "request_malformed",
  FST_ERR_CTP_INVALID_JSON_BODY: "request_malformed",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "request_malformed",
  FST_ERR_BAD_URL: "not_found",
  FST_ERR_MAX_PARAM_LENGTH: "not_found",
};

/**
 * Turns whatever was thrown into a problem; what we did not foresee is a 500 and an entry in the log. `contentType` is
 * the header of the request, which only a body that is not taken makes interesting.
 */
export function toProblem(error: unknown, contentType?: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StorageOverloaded)
    return new Problem("storage_unavailable", "Too much is waiting: try again after `Retry-After`.");
  if (error instanceof StorageUnavailable) return new Problem("storage_unavailable");
  // While secrets are replaced: another server has it.
  if (error instanceof SecretInvalid)
    return new Problem(
      "storage_unavailable",
      "This server lacks a master secret that is in use: give it to every node, or ask another one.",
    );
  if (error instanceof SealBroken) return new Problem("internal_error", unreadDetail);
  if (error instanceof HashingOverloaded) return new Problem("sign_in_congested");
  if (error instanceof PasskeysUnavailable)
    return new Problem("passkeys_unavailable", sentence(error.message));
  const { validation, code, statusCode } = error as Partial<FastifyError>;
  if (validation !== undefined) return validationProblem(error as FastifyError);
  const known = code === undefined ? undefined : codeOfFastifyError[code];
  if (known === "media_type_unsupported") return new Problem(known, mediaTypeDetail(contentType));
  if (known !== undefined) return new Problem(known);
  if (statusCode === 400) return new Problem("request_malformed");
  if (statusCode === 413) return new Problem("body_too_large");
  return new Problem("internal_error");
}

const unreadDetail =
  "A value that this answer needs cannot be read any more: the entry `failure` of this request in the log says which. Lists show it as null.";

function mediaTypeDetail(contentType = ""): string {
  const [given = ""] = contentType.split(";", 1);
  const shown = mediaTypePattern.test(given.trim()) ? `It came as ${given.trim()}. ` : "";
  return `${shown}${details.media_type_unsupported}`;
}

/** What is said back: a name, and not whatever a header may hold. */
const mediaTypePattern = /^[\w.+-]{1,40}\/[\w.+-]{1,60}$/;

/** A message as it stands in an answer. */
function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

/** A field of a request that is wrong: `detail` goes on where its name ends, and says what would be right. */
export function wrongField(field: string, detail: string): Problem {
  const shown = field.slice(0, fieldLengthMax);
  return new Problem("request_invalid", `${shown} ${detail}.`, { field: shown });
}

/** Names of unknown fields come from callers. */
const fieldLengthMax = 100;

function validationProblem(error: FastifyError): Problem {
  const context = error.validationContext ?? "body";
  if (context === "params") return new Problem("not_found");
  const first = error.validation?.[0];
  if (first === undefined) return wrongField(context, "is wrong");
  const { path, detail } = schemaProblem(first);
  return wrongField(path === "" ? context : path, detail);
}
