import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { toProblem } from "../../problems.ts";
import { problemKinds } from "../problem-kinds.ts";
import { anyBody, everyMethod, noteFault, withDoubledSlash } from "../wire.ts";
import { type Answer, errorAnswer, type Format, type Root, send } from "./answers.ts";
import { check } from "./check.ts";
import { control } from "./control.ts";
import { type Visitor, visitorOf } from "./credentials.ts";
import { errors, refuse, type VerifyCall, type VonageError, VonageRefusal } from "./errors.ts";
import { insightRoutes } from "./insight-routes.ts";
import { search } from "./search.ts";
import { smsRoutes } from "./sms.ts";
import { start } from "./start.ts";
import { problemErrors } from "./translations.ts";

interface Call {
  readonly path: string;
  readonly call: VerifyCall;
  readonly root: Root;
  readonly formats: readonly Format[];
  run(request: FastifyRequest, visitor: Visitor): Promise<Answer>;
}

const both: readonly Format[] = ["json", "xml"];

const calls: readonly Call[] = [
  {
    path: "/verify",
    call: "start",
    root: "verify_response",
    formats: both,
    run: (request, visitor) => start(request, visitor, "verify"),
  },
  {
    path: "/verify/psd2",
    call: "start",
    root: "verify_response",
    formats: both,
    run: (request, visitor) => start(request, visitor, "psd2"),
  },
  { path: "/verify/check", call: "check", root: "verify_response", formats: both, run: check },
  { path: "/verify/search", call: "search", root: "verify_request", formats: both, run: search },
  { path: "/verify/control", call: "control", root: "response", formats: both, run: control },
];

/** Vonage's (Nexmo's) Verify v1, Number Insight and SMS, at the vendor's own paths. */
export const vonageRoutes: FastifyPluginAsync = async (app) => {
  for (const { formats, path, ...call } of calls) {
    for (const format of formats) {
      await app.register(async (scope) => {
        anyBody(scope);
        scope.setErrorHandler((error, request, reply) => {
          const answer = errorAnswer(errorOf(error, request, call.call));
          return send(reply, format, call.root, answer);
        });
        for (const url of withDoubledSlash(`${path}/${format}`)) {
          scope.route({
            method: [...everyMethod],
            url,
            handler: (request, reply) => answerCall(request, reply, call, format),
          });
        }
      });
    }
  }
  await app.register(insightRoutes);
  await app.register(smsRoutes);
};

async function answerCall(
  request: FastifyRequest,
  reply: FastifyReply,
  { root, run }: Pick<Call, "root" | "run">,
  format: Format,
): Promise<FastifyReply> {
  if (request.method !== "GET" && request.method !== "POST") return refuse(errors.invalid("method"));
  const visitor = await visitorOf(request, reply);
  return send(reply, format, root, await run(request, visitor));
}

function errorOf(error: unknown, request: FastifyRequest, call: VerifyCall): VonageError {
  if (error instanceof VonageRefusal) return error.error;
  const problem = toProblem(error);
  noteFault(request, problem, error);
  return problemErrors[problemKinds[problem.code]](call);
}
