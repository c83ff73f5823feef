import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { parsePhoneNumber } from "../numbers/index.ts";
import { type Phones, type SandboxFaults, sandboxFaultTypes } from "../providers/sandbox/index.ts";

const NumberParams = Type.Object({ number: Type.String({ maxLength: 64 }) });

const FaultBody = Type.Object(
  {
    prefix: Type.String({ pattern: "^\\+[1-9][0-9]{0,14}$" }),
    type: Type.Enum([...sandboxFaultTypes]),
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
    times: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  },
  { additionalProperties: false },
);

export interface SandboxParts {
  readonly phones: Phones;
  readonly faults: SandboxFaults;
}

/** The virtual phones over HTTP. No key is needed: they exist on the developer's own machine only. */
export function sandboxRoutes({ phones, faults }: SandboxParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("/phones", async () => ({
      phones: phones
        .list()
        .map((one) => ({ ...one, lastReceivedAt: new Date(one.lastReceivedAt).toISOString() })),
    }));
    app.delete("/phones", async (_request, reply) => {
      phones.clear();
      return reply.code(204).send();
    });
    app.get("/phones/:number/messages", { schema: { params: NumberParams } }, async (request) => ({
      messages: phones
        .messages(canonical(request.params))
        .map((one) => ({ ...one, receivedAt: new Date(one.receivedAt).toISOString() })),
    }));
    app.delete("/phones/:number/messages", { schema: { params: NumberParams } }, async (request, reply) => {
      phones.clear(canonical(request.params));
      return reply.code(204).send();
    });
    app.get("/faults", async () => ({ faults: faults.list() }));
    app.post("/faults", { schema: { body: FaultBody } }, async (request, reply) => {
      faults.set(request.body);
      return reply.code(201).send(request.body);
    });
    app.delete("/faults", async (_request, reply) => {
      faults.clear();
      return reply.code(204).send();
    });
  };
}

/** Any spelling of a number finds its phone. */
function canonical({ number }: Static<typeof NumberParams>): string {
  const parsed = parsePhoneNumber(number);
  return parsed.type === "parsed" ? parsed.phoneNumber.e164 : number;
}
