import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import type { EngineParts } from "../../engine/index.ts";
import {
  describeNumber,
  judgeNumber,
  metadataRelease,
  type PhoneChannel,
  type PhoneNumber,
  parsePhoneNumber,
} from "../../numbers/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { Problem } from "../problems.ts";
import { refuseOtherTenants } from "./administration.ts";
import { described } from "./route.ts";
import { orNull } from "./schemas.ts";

const NumberParams = Type.Object({
  number: Type.String({
    maxLength: 64,
    description: "Phone number in international form, such as +14155550123",
  }),
});

const Judgement = Type.Object({
  allowed: Type.Boolean(),
  reason: orNull(Type.String({ description: "Stable; null where a code would be sent" })),
  detail: orNull(Type.String()),
});

export const NumberBody = Type.Object(
  {
    e164: Type.String(),
    international: Type.String(),
    national: Type.String(),
    rfc3966: Type.String(),
    region: Type.String(),
    regionName: Type.String(),
    countryCallingCode: Type.String(),
    type: Type.String(),
    possibleTypes: Type.Array(Type.String()),
    channels: Type.Object({ sms: Judgement, voice: Judgement }),
    metadata: Type.Object({ library: Type.String(), release: Type.String(), releasedOn: Type.String() }),
  },
  { title: "Number" },
);

/** What the numbering plans know of a number; nobody is asked and nothing is sent. */
export const numberRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/numbers/:number",
    {
      ...described({
        operationId: "getNumber",
        tag: "Numbers",
        summary: "Describe a phone number",
        description:
          "Whether a code would be sent to it now, and why not. Nobody is asked, and nothing is counted.",
        scope: "numbers:read",
        successes: { 200: "The number" },
        problems: ["number_invalid"],
      }),
      schema: { params: NumberParams, response: { 200: NumberBody } },
    },
    async (request) => {
      const phoneNumber = numberOf(app.parts, request.params.number);
      const { formats, numberType, possibleTypes, ...place } = describeNumber(phoneNumber);
      const { library, metadata: release, releasedOn } = metadataRelease;
      return {
        ...formats,
        ...place,
        type: numberType,
        possibleTypes: [...possibleTypes],
        channels: {
          sms: await judgement(request, phoneNumber, "sms"),
          voice: await judgement(request, phoneNumber, "voice"),
        },
        metadata: { library, release, releasedOn },
      };
    },
  );

  app.delete(
    "/numbers/:number/lock",
    {
      ...described({
        operationId: "unlockNumber",
        tag: "Numbers",
        summary: "Open a locked number early",
        description:
          "Forgets the wrong codes of this recipient, not its messages. A number that is not locked stays as it is.",
        scope: "verifications:settle",
        auditEntry: "afterwards",
        successes: { 204: "The number is open" },
        problems: ["number_invalid"],
      }),
      schema: { params: NumberParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { e164 } = numberOf(app.parts, request.params.number);
      await app.engine.unlockRecipient({ tenantId: request.caller.tenantId, to: e164 });
      return reply.code(204).send(null);
    },
  );
  await app.register(optOuts);
  await app.register(erasure);
};

const optOuts: FastifyPluginAsyncTypebox = async (app) => {
  app.delete(
    "/numbers/:number/opt-out",
    {
      ...described({
        operationId: "optNumberIn",
        tag: "Numbers",
        summary: "Send texts again to a number that answered STOP",
        description:
          "For a person who said so in another way than by answering START. The carrier may still refuse: it has a list of its own. Only for keys of the installation's first tenant, since senders belong to all.",
        scope: "verifications:settle",
        auditEntry: "afterwards",
        successes: { 204: "Texts go to the number" },
        problems: ["number_invalid", "forbidden"],
      }),
      schema: { params: NumberParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await refuseOtherTenants(request);
      await app.engine.optIn(numberOf(app.parts, request.params.number).e164);
      return reply.code(204).send(null);
    },
  );
};

export const ErasedBody = Type.Object(
  { verifications: Type.Integer(), deliveries: Type.Integer() },
  { title: "Erased", description: "How many were removed" },
);

const erasure: FastifyPluginAsyncTypebox = async (app) => {
  app.delete(
    "/numbers/:number",
    {
      ...described({
        operationId: "eraseNumber",
        tag: "Numbers",
        summary: "Erase everything about a number",
        description:
          "Removes the recipient with its counters and locks, its verifications and their deliveries, the pending ones as well. What is in backups stays there.",
        scope: "verifications:settle",
        auditEntry: "afterwards",
        successes: { 200: "Nothing about the number is left" },
        problems: ["number_invalid"],
      }),
      schema: { params: NumberParams, response: { 200: ErasedBody } },
    },
    async (request) => {
      const { e164 } = numberOf(app.parts, request.params.number);
      const erased = await app.engine.eraseRecipient({ tenantId: request.caller.tenantId, to: e164 });
      if (erased.outcome === "numberInvalid") throw new Problem("number_invalid");
      return { verifications: erased.verifications, deliveries: erased.deliveries };
    },
  );
};

/** @throws Problem with the reason why this is no phone number. */
export function numberOf(parts: EngineParts, input: string): PhoneNumber {
  const parsed = parsePhoneNumber(input, { allow: parts.numberOverrides });
  if (parsed.type === "parsed") return parsed.phoneNumber;
  throw new Problem("number_invalid", parsed.detail, { reason: parsed.reason });
}

async function judgement(
  request: FastifyRequest,
  phoneNumber: PhoneNumber,
  channel: PhoneChannel,
): Promise<Static<typeof Judgement>> {
  const { parts, engine } = request.server;
  const { tenantId } = request.caller;
  const judged = judgeNumber(phoneNumber, channel, parts.numberPolicy);
  if (judged.type === "denied") return { allowed: false, reason: judged.reason, detail: judged.detail };
  if (!engine.hasCarrier(phoneNumber, channel)) {
    return { allowed: false, reason: "no_provider", detail: `No provider is configured for ${channel}.` };
  }
  const guarded = await engine.preview({ tenantId, phoneNumber, channel });
  const first = guarded?.reasons.find((one) => one.verdict !== "allow");
  if (first === undefined) return { allowed: true, reason: null, detail: null };
  return { allowed: false, reason: first.reason, detail: first.detail };
}
