import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  RouteOptions,
} from "fastify";
import { noRoute, Problem, sendProblem } from "../problems.ts";

/** Which methods a path has, by the segments of its pattern: filled while routes are registered. */
export type MethodsByPath = Map<
  string,
  { readonly segments: readonly string[]; readonly methods: Set<string> }
>;

export function noteMethods(paths: MethodsByPath, { url, method }: RouteOptions): void {
  const known = paths.get(url) ?? { segments: url.split("/"), methods: new Set() };
  for (const one of [method].flat()) known.methods.add(one);
  paths.set(url, known);
}

/**
 * Answers the methods that a path does not have: OPTIONS with what it has, all others with 405 (C-37). Decided before
 * any body is read, and the same for everybody: which paths exist is no secret. Looked up when somebody asks; routes of
 * their own for these methods were half of all that a start registered.
 */
export async function answerOtherMethods(app: FastifyInstance, paths: MethodsByPath): Promise<void> {
  const answer = (request: FastifyRequest, reply: FastifyReply): void => {
    const known = methodsOf(paths, request.url);
    // A method that it has came here for another reason.
    if (known === null || known.has(request.method)) return void sendProblem(request, reply, noRoute());
    const allow = [...known, "OPTIONS"].sort().join(", ");
    void reply.header("allow", allow);
    if (request.method === "OPTIONS") void reply.code(204).send();
    else void sendProblem(request, reply, new Problem("method_not_allowed", `Use one of: ${allow}.`));
  };
  // Apart, so that the hook is run for no request that has a route.
  const others: FastifyPluginAsync = async (apart) => {
    apart.addHook("onRequest", async (request, reply) => answer(request, reply));
    apart.setNotFoundHandler(answer);
  };
  await app.register(others);
}

/** Of the pattern with the most words of its own, as the router prefers it; null for a path that nothing answers. */
function methodsOf(paths: MethodsByPath, url: string): ReadonlySet<string> | null {
  const asked = segmentsOf(url);
  let found: { readonly words: number; readonly methods: ReadonlySet<string> } | null = null;
  for (const { segments, methods } of paths.values()) {
    const words = wordsInCommon(segments, asked);
    if (words !== null && words > (found?.words ?? -1)) found = { words, methods };
  }
  return found?.methods ?? null;
}

function wordsInCommon(pattern: readonly string[], asked: readonly string[]): number | null {
  if (pattern.length !== asked.length) return null;
  let words = 0;
  for (const [index, segment] of pattern.entries()) {
    if (segment === asked[index]) words += 1;
    else if (!segment.startsWith(":") || asked[index] === "") return null;
  }
  return words;
}

function segmentsOf(url: string): readonly string[] {
  const [path = ""] = url.split(/[?#]/, 1);
  try {
    return path.split("/").map(decodeURIComponent);
  } catch {
    return [];
  }
}
