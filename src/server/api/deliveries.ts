import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { uuidPattern } from "../../clock/index.ts";
import { Problem } from "../problems.ts";
import { isOperator } from "./administration.ts";
import { bindingHeaders, bindingOf } from "./continuation.ts";
import { limitOf, readCursor, writeCursor } from "./cursor.ts";
import {
  DeliveryListBody,
  DeliveryParams,
  DeliveryQuery,
  FoundDeliveryBody,
  toFoundDelivery,
  toListedDelivery,
} from "./message-schemas.ts";
import { numberOf } from "./numbers.ts";
import { described } from "./route.ts";

/** What became of each message that carried a code. */
export const deliveryRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/deliveries/:id",
    {
      ...described({
        operationId: "getDelivery",
        tag: "Messages",
        summary: "Show a delivery, with every attempt",
        headers: bindingHeaders,
        scope: "verifications:read",
        successes: { 200: "The delivery as it is now" },
      }),
      schema: { params: DeliveryParams, response: { 200: FoundDeliveryBody } },
    },
    async (request) => {
      const [id = "", sequence = "", ...rest] = request.params.id.split(".");
      const isOne = uuidPattern.test(id) && /^[1-9]\d{0,2}$/.test(sequence) && rest.length === 0;
      const { tenantId } = request.caller;
      const asked = { ...bindingOf(request), tenantId, id, sequence: Number(sequence) };
      const found = isOne ? await app.engine.getDelivery(asked) : null;
      if (found === null) throw new Problem("not_found");
      return toFoundDelivery(found, await isOperator(request));
    },
  );

  app.get(
    "/deliveries",
    {
      ...described({
        operationId: "listDeliveries",
        tag: "Messages",
        summary: "List deliveries, newest first",
        description:
          "Numbers are masked. A filter that few deliveries pass makes a page short: go on as long as there is a `nextCursor`.",
        scope: "verifications:read",
        successes: { 200: "A page of deliveries" },
        problems: ["number_invalid", "cursor_invalid"],
      }),
      schema: { querystring: DeliveryQuery, response: { 200: DeliveryListBody } },
    },
    async (request) => {
      const { query } = request;
      const { state, channel, provider, verification } = query;
      // A plus sign that was not written as %2B arrives as a space.
      const to = query.to === undefined ? undefined : numberOf(app.parts, query.to.replace(/^ /, "+")).e164;
      const filter = [to ?? "", verification ?? "", state ?? "", channel ?? "", provider ?? ""];
      const listed = { list: "deliveries", filter };
      const after = readCursor(request, listed, query.cursor);
      const [verificationId = "", sequence] = after?.split("~") ?? [];
      const page = await app.engine.listDeliveries({
        tenantId: request.caller.tenantId,
        to,
        verificationId: verification,
        state,
        channel,
        provider,
        before: after === undefined ? undefined : { verificationId, sequence: Number(sequence) },
        limit: limitOf(query),
      });
      const { next } = page;
      const showsCosts = await isOperator(request);
      const position = next === null ? null : `${next.verificationId}~${next.sequence}`;
      return {
        items: page.items.map((one) => toListedDelivery(one, showsCosts)),
        nextCursor: position === null ? null : writeCursor(request, listed, position),
      };
    },
  );
};
