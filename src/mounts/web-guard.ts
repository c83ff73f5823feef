import type { Countersign } from "../library/index.ts";
import { createGuard, type RequireVerifiedOptions } from "./guard.ts";

/**
 * For handlers that need a fresh proof of this session's number: null where there is one, else the `Response` that leads
 * the browser to the verification page, from where it comes back to the same address. `session` is an object that you
 * keep for this browser; save it after the call.
 * @example
 * const answer = await requireVerified(countersign)(request, session);
 * if (answer !== null) return answer;
 */
export function requireVerified(
  countersign: Countersign,
  options: Omit<RequireVerifiedOptions<GuardedWebRequest>, "session"> = {},
): (request: Request, session: object) => Promise<Response | null> {
  const guard = createGuard(countersign, options);
  return async (request, session) => {
    const { pathname, search } = new URL(request.url);
    const accept = request.headers.get("accept") ?? undefined;
    const answer = await guard(
      { request, session },
      { method: request.method, url: pathname + search, accept },
    );
    if (answer === null) return null;
    const { status, headers, body } = answer;
    return new Response(body === "" ? null : body, { status, headers });
  };
}

/** What the functions of the options are given. */
export interface GuardedWebRequest {
  readonly request: Request;
  readonly session: object;
}
