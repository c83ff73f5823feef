import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Problem } from "../problems.ts";
import { accountRefusal, pathId, subscriberIdOf } from "./account-answers.ts";
import { DeviceParams, TrustedDeviceListBody, toTrustedDeviceBody } from "./device-schemas.ts";
import { described } from "./route.ts";
import { IdParams } from "./schemas.ts";

/** Browsers from which a password alone signs somebody in. */
export const trustedDeviceRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/subscribers/:id/trusted-devices",
    {
      ...described({
        operationId: "listTrustedDevices",
        tag: "Subscribers",
        summary: "List the trusted devices of a subscriber, newest first",
        description:
          "A check with `trustDevice` makes one; there are ten at the most, and the oldest makes way.",
        scope: "subscribers:read",
        successes: { 200: "All that are trusted now" },
        problems: ["subscriber_not_found"],
      }),
      schema: { params: IdParams, response: { 200: TrustedDeviceListBody } },
    },
    async (request) => {
      const subscriberId = subscriberIdOf(request);
      const found = await app.accounts.trustedDevices({ tenantId: request.caller.tenantId, subscriberId });
      if (found === null) throw new Problem("subscriber_not_found");
      return { items: found.map(toTrustedDeviceBody) };
    },
  );

  app.delete(
    "/subscribers/:id/trusted-devices/:device",
    {
      ...described({
        operationId: "forgetTrustedDevice",
        tag: "Subscribers",
        summary: "Trust a device no more",
        scope: "subscribers:write",
        successes: { 204: "An authenticator is asked for on it again" },
        problems: ["subscriber_not_found"],
      }),
      schema: { params: DeviceParams },
    },
    async (request, reply) => {
      const subscriberId = subscriberIdOf(request);
      const { tenantId } = request.caller;
      const deviceId = pathId(request, "device", "not_found");
      const done = await app.accounts.forgetDevices({ tenantId, subscriberId, deviceId });
      if (done.outcome === "deviceNotFound") throw new Problem("not_found");
      if (done.outcome !== "forgotten") throw accountRefusal(done);
      return reply.code(204).send();
    },
  );

  app.delete(
    "/subscribers/:id/trusted-devices",
    {
      ...described({
        operationId: "forgetTrustedDevices",
        tag: "Subscribers",
        summary: "Trust no device of a subscriber any more",
        scope: "subscribers:write",
        successes: { 204: "An authenticator is asked for on all of them again" },
        problems: ["subscriber_not_found"],
      }),
      schema: { params: IdParams },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const done = await app.accounts.forgetDevices({ tenantId, subscriberId: subscriberIdOf(request) });
      if (done.outcome !== "forgotten") throw accountRefusal(done);
      return reply.code(204).send();
    },
  );
};
