import type { FastifyReply, FastifyRequest } from "fastify";
import { standinAccounts } from "../accounts.ts";
import { carry } from "../line.ts";
import type { Standin, StandinParts } from "../parts.ts";
import { post } from "../post.ts";
import { readBodiesAsText } from "../requests.ts";
import { answer, freshState, isAccount, notLetIn, refuse, setApplication } from "./account.ts";
import { inboundEvent, messageHanded, readMessage } from "./messages.ts";
import { signedForm, signedWebhook } from "./signature.ts";
import { fieldsOf, inboundFields, readSms, smsHanded, smsRefused } from "./sms.ts";
import { callHanded, readCall } from "./voice.ts";

const { number, applicationId } = standinAccounts.vonage;

/** Vonage at `/sandbox/vonage`: SMS, Messages and Voice. */
export function createVonageStandin(parts: StandinParts): Standin {
  const state = freshState();

  async function sms(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const message = readSms(parts, state, request);
    if ("refusal" in message) return answer(reply, 200, smsRefused(message.refusal).body);
    return await carry(parts, smsHanded(parts, message), request, reply);
  }

  return {
    async routes(scope) {
      readBodiesAsText(scope);
      scope.route({ method: ["GET", "POST"], url: "/sms/json", handler: sms });
      scope.post("/v1/messages", async (request, reply) => {
        const message = readMessage(parts, state, request);
        if ("status" in message) return refuse(parts, reply, message);
        return await carry(parts, messageHanded(parts, message), request, reply);
      });
      scope.post("/v1/calls", async (request, reply) => {
        const call = readCall(parts, state, request);
        if ("status" in call) return refuse(parts, reply, call);
        return await carry(parts, callHanded(parts, call), request, reply);
      });
      scope.post("/account/settings", (request, reply) => {
        if (!isAccount(request)) return refuse(parts, reply, notLetIn);
        const { moCallBackUrl, drCallBackUrl } = fieldsOf(request);
        if (moCallBackUrl !== undefined) state.inboundUrl = moCallBackUrl === "" ? null : moCallBackUrl;
        if (drCallBackUrl !== undefined) state.receiptUrl = drCallBackUrl === "" ? null : drCallBackUrl;
        const urls = { "mo-callback-url": state.inboundUrl, "dr-callback-url": state.receiptUrl };
        return answer(reply, 200, { ...urls, "max-calls-per-second": 30 });
      });
      scope.put(`/v2/applications/${applicationId}`, (request, reply) => {
        if (!isAccount(request)) return refuse(parts, reply, notLetIn);
        return answer(reply, 200, setApplication(state, request));
      });
    },
    async reply(from, to, text) {
      if (to !== number) return;
      const inbound = { from, to, text };
      const { inboundUrl, applicationInboundUrl } = state;
      if (inboundUrl !== null) {
        await post(parts, signedForm(parts, inboundUrl, inboundFields(parts, inbound)));
      }
      if (applicationInboundUrl !== null) {
        await post(parts, signedWebhook(parts, applicationInboundUrl, inboundEvent(parts, inbound)));
      }
    },
  };
}
