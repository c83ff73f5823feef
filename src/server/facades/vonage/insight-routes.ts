import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { uuidv7 } from "../../../clock/index.ts";
import { parsePhoneNumber } from "../../../numbers/index.ts";
import { toProblem } from "../../problems.ts";
import { needScope } from "../dialect-key.ts";
import { problemKinds } from "../problem-kinds.ts";
import { anyBody, everyMethod, noteFault, withDoubledSlash } from "../wire.ts";
import { visitorOf } from "./credentials.ts";
import { VonageRefusal } from "./errors.ts";
import { type Insight, insightInto, type Level } from "./insight.ts";
import { type InsightError, insightErrors, insightProblems } from "./insight-errors.ts";
import { readNumber } from "./number-parameter.ts";
import type { Parameters } from "./parameters.ts";

const levels = ["basic", "standard", "advanced"] as const satisfies readonly Level[];

/** Number Insight, from what numbering plans say. */
export const insightRoutes: FastifyPluginAsync = async (app) => {
  for (const level of levels) {
    await app.register(async (scope) =>
      insightRoute(scope, `/ni/${level}/json`, (parameters) => look(scope, parameters, level)),
    );
  }
  await app.register(async (scope) =>
    // Its result would be posted to an address of the caller's: nothing here does that.
    insightRoute(scope, "/ni/advanced/async/json", () => errorBody(insightErrors.notAllowed)),
  );
};

function insightRoute(
  scope: FastifyInstance,
  url: string,
  answer: (parameters: Parameters) => Insight,
): void {
  anyBody(scope);
  scope.setErrorHandler((error, request, reply) => send(reply, errorBody(errorOf(error, request))));
  for (const one of withDoubledSlash(url)) {
    scope.route({
      method: [...everyMethod],
      url: one,
      handler: async (request, reply) => {
        if (request.method !== "GET" && request.method !== "POST") {
          return send(reply, errorBody(insightErrors.unparseable));
        }
        const { caller, parameters } = await visitorOf(request, reply);
        needScope(caller, "numbers:read");
        return send(reply, answer(parameters));
      },
    });
  }
}

function look({ parts }: FastifyInstance, parameters: Parameters, level: Level): Insight {
  const given = parameters.get("number");
  if (given === undefined) return errorBody(insightErrors.invalid("Missing number"));
  const parsed = readNumber(parameters, given, (input, defaultRegion) =>
    parsePhoneNumber(input, {
      allow: parts.numberOverrides,
      ...(defaultRegion === undefined ? {} : { defaultRegion }),
    }),
  );
  if (parsed === "countryInvalid") return errorBody(insightErrors.invalid("Not valid country"));
  if (parsed.type === "refused") {
    // The vendor repeats what it was given; we repeat digits only.
    const digits = given.replace(/\D/g, "").slice(0, 20);
    return errorBody(insightErrors.invalid(`Not valid number format detected [ ${digits} ]`));
  }
  return insightInto(parsed.phoneNumber, level, uuidv7(parts.clock.now(), parts.random));
}

/** Two names for one sentence: which of them clients read depends on the level. */
function errorBody({ status, text }: InsightError): Insight {
  return { status, status_message: text, error_text: text };
}

function errorOf(error: unknown, request: FastifyRequest): InsightError {
  // What is missing of the credentials.
  if (error instanceof VonageRefusal) return insightErrors.credentials;
  const problem = toProblem(error);
  noteFault(request, problem, error);
  return insightProblems[problemKinds[problem.code]];
}

function send(reply: FastifyReply, body: Insight): FastifyReply {
  return reply.code(200).type("application/json").serializer(JSON.stringify).send(body);
}
