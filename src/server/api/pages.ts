import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import { uuidv7 } from "../../clock/index.ts";
import { parseLocale } from "../../delivery/index.ts";
import type { EngineParts } from "../../engine/index.ts";
import { judgeNumber } from "../../numbers/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { isReturnUrl, type Service } from "../../tenants/index.ts";
import type { Policy } from "../../verification/index.ts";
import { forms } from "../forms.ts";
import { idempotencyOf } from "../idempotency.ts";
import { linkExpiresAt, writeLink } from "../page-links.ts";
import { Problem, wrongField } from "../problems.ts";
import { administer, keyReused } from "./administration.ts";
import { numberOf } from "./numbers.ts";
import { described } from "./route.ts";
import { Instant, iso, opaque, orNull, strict } from "./schemas.ts";

export const NewPageBody = strict(
  {
    service: Type.Optional(opaque(60, "Id or name; the tenant's first by default")),
    returnUrl: opaque(500, "One of the service's `page.returnUrls`, letter by letter"),
    state: Type.Optional(opaque(200, "Comes back with the ticket: bind it to the browser's session")),
    purpose: Type.Optional(
      Type.String({
        pattern: forms.purpose.pattern,
        description: "What the approval is for, such as `login`",
      }),
    ),
    subject: Type.Optional(opaque(128, "Your id of the person; comes back when the ticket is redeemed")),
    to: Type.Optional(opaque(64, "The number to verify; without it, the person types one")),
    locale: Type.Optional(opaque(20, "Language of the page; by default the browser's")),
  },
  { title: "NewPage" },
);

export const PageBody = Type.Object(
  { url: Type.String({ description: "Send the browser there" }), expiresAt: Instant },
  { title: "Page" },
);

/** As long as a ticket of the account pages, which is then refused with where it belongs. */
const RedeemBody = strict({ ticket: opaque(600, "What came back in the address") }, { title: "Ticket" });

export const RedeemedBody = Type.Object(
  {
    verificationId: Type.String(),
    service: Type.String({ description: "Its id" }),
    purpose: Type.String(),
    subject: orNull(Type.String()),
    to: Type.String({ description: "The number that was verified, in full" }),
    approvedAt: Instant,
  },
  { title: "RedeemedTicket" },
);

/** Sending a browser to our page, and what comes back. */
// house: size: a list of routes, each of them short
export const pageRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/pages",
    {
      ...described({
        operationId: "createPage",
        tag: "Pages",
        summary: "Make a link to the verification page",
        description:
          "The link works for 15 minutes and for the first browser that starts with it. The page leads back to `returnUrl` with `ticket` and `state`, or with `outcome=canceled` and `state`.",
        scope: "verifications:write",
        successes: { 201: "Where to send the browser" },
        problems: ["service_not_found", "number_invalid", "number_not_allowed"],
        example: {
          body: { returnUrl: "https://app.example.com/verified", subject: "user-1", state: "f3a9" },
        },
      }),
      schema: { body: NewPageBody, response: { 201: PageBody } },
    },
    async (request, reply) => {
      const link = await linkFor(request, reply, request.body);
      reply.code(201);
      return link;
    },
  );

  app.post(
    "/tickets/redeem",
    {
      ...described({
        operationId: "redeemTicket",
        tag: "Pages",
        summary: "Redeem a ticket",
        description:
          "Once, within 60 seconds of the approval. Compare `subject` with your own session before you trust it.",
        scope: "verifications:write",
        successes: { 200: "Who proved what" },
        problems: ["ticket_invalid"],
        example: { body: { ticket: "AZqz2kXZc2i8q2w5pJ0Qm1Zl3pK9vW4bT7yHq0nXr2dUe6sGf8aBcD" } },
      }),
      schema: { body: RedeemBody, response: { 200: RedeemedBody } },
    },
    async (request, reply) => {
      const { tenantId } = request.caller;
      const result = await app.engine.redeemTicket({
        tenantId,
        ticket: request.body.ticket,
        idempotency: idempotencyOf(request),
      });
      if (result.outcome === "idempotencyKeyReused") throw keyReused();
      if (result.outcome === "ticketInvalid") {
        throw new Problem(
          "ticket_invalid",
          "The ticket is unknown, was redeemed before, or is older than 60 seconds. Tickets of the account pages go to `POST /api/v1/sessions/redeem`.",
        );
      }
      if (result.replayed) reply.header("idempotency-replayed", "true");
      const { id, serviceId, purpose, subject, to, settledAt } = result.verification;
      return {
        verificationId: id,
        service: serviceId,
        purpose,
        subject,
        to,
        approvedAt: iso(settledAt ?? 0),
      };
    },
  );
};

async function linkFor(
  request: FastifyRequest,
  reply: FastifyReply,
  body: Static<typeof NewPageBody>,
): Promise<Static<typeof PageBody>> {
  const { parts } = request.server;
  const service = await pageService(request, body);
  const to = body.to === undefined ? null : toVerify(parts, parts.directory.policyOf(service), body.to);
  const id = await idOfLink(request, reply);
  const text = writeLink(parts, {
    id,
    tenantId: service.tenantId,
    serviceId: service.id,
    purpose: body.purpose ?? null,
    subject: body.subject ?? null,
    to,
    returnUrl: body.returnUrl,
    state: body.state ?? null,
    language: body.locale ?? null,
  });
  const { server } = request;
  const page = `${server.publicOrigin(request)}${server.basePath(request)}/two-factor`;
  return { url: `${page}?link=${text}`, expiresAt: iso(linkExpiresAt(id)) };
}

/** Whose page a link leads to, if it may lead back where it says, in a language that there is. */
export async function pageService(
  request: FastifyRequest,
  body: Pick<Static<typeof NewPageBody>, "service" | "returnUrl" | "locale">,
): Promise<Service> {
  const service = await request.server.parts.directory.service(request.caller.tenantId, body.service);
  if (service === undefined) throw new Problem("service_not_found");
  if (!isReturnUrl(service.settings.page, body.returnUrl)) {
    throw new Problem(
      "request_invalid",
      "This address is not registered: add it to the service's page.returnUrls.",
      {
        field: "returnUrl",
      },
    );
  }
  if (body.locale !== undefined && parseLocale(body.locale) === null) {
    throw wrongField("locale", "must be a BCP 47 language tag such as en or pt-BR");
  }
  return service;
}

/** Whoever sits at the page learns nothing about a number that gets no message: so it is said here, to the caller. */
function toVerify(parts: EngineParts, policy: Policy, given: string): string {
  const number = numberOf(parts, given);
  const judged = policy.workflow
    .map(({ channel }) => channel)
    .filter((channel) => channel !== "email")
    .map((channel) => judgeNumber(number, channel, parts.numberPolicy));
  const [first] = judged;
  if (first?.type === "denied" && judged.every((one) => one.type === "denied")) {
    throw new Problem("number_not_allowed", first.detail, { reason: first.reason });
  }
  return number.e164;
}

/** A repeated request gets the same link again: only its id is kept, since all else is in the request. */
export async function idOfLink(request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const { clock, random } = request.server.parts;
  const id = uuidv7(clock.now(), random);
  if (idempotencyOf(request) === undefined) return id;
  return (await administer(request, reply, [], () => ({ writes: [], id }))).id;
}
