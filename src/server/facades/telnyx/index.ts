import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { anyBody, everyMethod } from "../wire.ts";
import { errors, refuse, sendError, sendJson } from "./errors.ts";
import { errorOf } from "./failures.ts";
import { lookUp } from "./lookup.ts";
import { createProfile, deleteProfile, listProfiles, retrieveProfile, updateProfile } from "./profiles.ts";
import { listByNumber, retrieve } from "./read.ts";
import { callerOf } from "./requests.ts";
import { start } from "./start.ts";
import { createTemplate, listTemplates, updateTemplate } from "./templates.ts";
import { verifyById, verifyByNumber } from "./verify.ts";

type Run = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** What is sent in no way that we have. It is said, and nothing else is sent in its place. */
function notSent(what: string): Run {
  return async (request, reply) => {
    await callerOf(request, reply, "verifications:write");
    return refuse(errors.bad({ detail: `${what} is not supported here: use sms or call.` }));
  };
}

const byNumber = "/v2/verifications/by_phone_number/:phone_number";
const byId = "/v2/verifications/:verification_id";
const profile = "/v2/verify_profiles/:verify_profile_id";
const templates = "/v2/verify_profiles/templates";

const calls: readonly (readonly ["GET" | "POST" | "PATCH" | "DELETE", string, Run])[] = [
  ["POST", "/v2/verifications/sms", (request, reply) => start(request, reply, "sms")],
  ["POST", "/v2/verifications/call", (request, reply) => start(request, reply, "call")],
  ["POST", "/v2/verifications/flashcall", notSent("Verification by flashcall")],
  ["POST", "/v2/verifications/whatsapp", notSent("Verification by WhatsApp")],
  ["POST", "/v2/verifications/dtmf_confirm", notSent("Confirmation by a key press")],
  ["GET", byNumber, listByNumber],
  ["POST", `${byNumber}/actions/verify`, verifyByNumber],
  ["GET", byId, retrieve],
  ["POST", `${byId}/actions/verify`, verifyById],
  ["GET", "/v2/verify_profiles", listProfiles],
  ["POST", "/v2/verify_profiles", createProfile],
  ["GET", templates, listTemplates],
  ["POST", templates, createTemplate],
  ["PATCH", `${templates}/:template_id`, updateTemplate],
  ["GET", profile, retrieveProfile],
  ["PATCH", profile, updateProfile],
  ["DELETE", profile, deleteProfile],
  ["GET", "/v2/number_lookup/:phone_number", lookUp],
];

/** What else is below them is not supported, and said in the vendor's words as well. */
const paths = ["/v2/verifications", "/v2/verify_profiles", "/v2/number_lookup", "/v2/verified_numbers"];

/** Telnyx's Verify and look-up of numbers, at the vendor's own paths. Making something answers 200, as the vendor does. */
export const telnyxRoutes: FastifyPluginAsync = async (app) => {
  anyBody(app);
  app.setErrorHandler((error, request, reply) => sendError(reply, errorOf(error, request)));
  for (const [method, url, run] of calls) {
    app.route({ method, url, handler: async (request, reply) => sendJson(reply, await run(request, reply)) });
  }
  // Whatever else is asked of these paths is answered in the vendor's words as well.
  for (const url of paths) {
    app.otherWords.set(`${url}/`, (error, request, reply) => sendError(reply, errorOf(error, request)));
    for (const one of [url, `${url}/*`]) {
      const taken = calls.filter(([, known]) => known === one).map(([method]): string => method);
      const method = everyMethod.filter((each) => !taken.includes(each));
      app.route({ method, url: one, handler: async () => refuse(errors.noRoute) });
    }
  }
};
