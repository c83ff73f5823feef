import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { uuidv7 } from "../../../clock/index.ts";
import { endpointUrlProblem } from "../../../events/index.ts";
import { parsePhoneNumber } from "../../../numbers/index.ts";
import { toProblem } from "../../problems.ts";
import { needScope } from "../dialect-key.ts";
import { problemKinds } from "../problem-kinds.ts";
import { anyBody, everyMethod, noteFault, withDoubledSlash } from "../wire.ts";
import { type Visitor, visitorOf } from "./credentials.ts";
import { VonageRefusal } from "./errors.ts";
import { type Insight, insightInto, type Level, nothingCharged } from "./insight.ts";
import { type InsightError, insightErrors, insightProblems } from "./insight-errors.ts";
import { readNumber } from "./number-parameter.ts";
import type { Parameters } from "./parameters.ts";

const levels = ["basic", "standard", "advanced"] as const satisfies readonly Level[];

/** Number Insight, from what numbering plans say. */
export const insightRoutes: FastifyPluginAsync = async (app) => {
  for (const level of levels) {
    await app.register(async (scope) =>
      insightRoute(scope, `/ni/${level}/json`, async (_request, { parameters }) =>
        look(scope, parameters, level),
      ),
    );
  }
  await app.register(async (scope) => insightRoute(scope, "/ni/advanced/async/json", lookLater));
};

function insightRoute(
  scope: FastifyInstance,
  url: string,
  answer: (request: FastifyRequest, visitor: Visitor) => Promise<Insight>,
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
        const visitor = await visitorOf(request, reply);
        needScope(visitor.caller, "numbers:read");
        return send(reply, await answer(request, visitor));
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

/** The same as `advanced`, told to an address that the caller names; a number that is none is said at once. */
async function lookLater(request: FastifyRequest, { caller, parameters }: Visitor): Promise<Insight> {
  const { directory, parts } = request.server;
  const { webhooks } = parts;
  const service = await directory.service(caller.tenantId);
  if (webhooks === undefined || service === undefined) return errorBody(insightErrors.notAllowed);
  const url = parameters.get("callback");
  if (url === undefined) return errorBody(insightErrors.invalid("Missing callback"));
  if (endpointUrlProblem(url, webhooks.rules) !== null) {
    return errorBody(insightErrors.invalid("Not valid callback"));
  }
  const insight = look(request.server, parameters, "advanced");
  if (insight["status"] !== 0) return insight;
  const { tenantId } = caller;
  await webhooks.tell({ tenantId, serviceId: service.id, url, body: JSON.stringify(insight) });
  const { request_price, remaining_balance } = nothingCharged;
  return {
    request_id: insight["request_id"],
    number: insight["international_format_number"],
    remaining_balance,
    request_price,
    status: 0,
  };
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
