import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { clientAddress } from "./client-address.ts";
import { Problem, RateLimited } from "./problems.ts";
import type { Runtime } from "./runtime.ts";

const urlBytesMax = 8_192;

/** Every answer says so; pages, which need more, overwrite it. */
const securityHeaders: readonly (readonly [string, string])[] = [
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["cache-control", "no-store"],
];

export function setSecurityHeaders(reply: FastifyReply): void {
  for (const [name, value] of securityHeaders) reply.header(name, value);
}

/** What holds for every request before anybody looks at its route (W-5 to W-7, R-13). */
export function guardRequests(app: FastifyInstance, runtime: Runtime | null): void {
  app.addHook("onRequest", (request, reply, done) => {
    setSecurityHeaders(reply);
    if (runtime?.state === "stopping") reply.header("connection", "close");
    const problem = requestProblem(request) ?? addressProblem(request, runtime);
    if (problem === null) done();
    else done(problem);
  });
}

/** What is wrong with a request, whatever it asks for. */
export function requestProblem({ raw }: FastifyRequest): Problem | null {
  const { url, headers, method } = raw;
  if (url !== undefined && url.length > urlBytesMax) return new Problem("url_too_long");
  if (headers.host === undefined && raw.httpVersionMinor === 1) {
    return new Problem("request_malformed", "The Host header is missing.");
  }
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    return new Problem("media_type_unsupported", "Send the body as it is: no Content-Encoding is accepted.");
  }
  // Their bodies mean nothing, so that nobody would ever read them.
  if ((method === "GET" || method === "HEAD") && hasBody(headers)) {
    return new Problem("request_malformed", `A ${method} request has no body here.`);
  }
  return null;
}

function hasBody(headers: FastifyRequest["raw"]["headers"]): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

function addressProblem(request: FastifyRequest, runtime: Runtime | null): Problem | null {
  if (runtime === null || request.raw.socket.remoteAddress === undefined) return null;
  const quota = runtime.limits.ofAddress(clientAddress(request), runtime.clock.now());
  return quota === null ? null : new RateLimited(quota);
}
