import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import { type Static, Type } from "../../schemas/index.ts";
import { writeAccountLink } from "../account-links.ts";
import { linkExpiresAt } from "../page-links.ts";
import { wrongField } from "../problems.ts";
import { idOfLink, PageBody, pageService } from "./pages.ts";
import { described } from "./route.ts";
import { iso, opaque, strict } from "./schemas.ts";

const yearSeconds = 31_536_000;

export const NewAccountPageBody = strict(
  {
    service: Type.Optional(opaque(60, "Id or name; the tenant's first by default")),
    returnUrl: opaque(500, "One of the service's `page.returnUrls`, letter by letter"),
    state: Type.Optional(opaque(200, "Comes back with the ticket: bind it to the browser's session")),
    show: Type.Optional(
      Type.Union([Type.Literal("signIn"), Type.Literal("signUp"), Type.Literal("account")], {
        description:
          "`signIn`, the default, leads back at once whoever is signed in; `account` shows what they may change",
      }),
    ),
    maxAgeSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: yearSeconds,
        description:
          "How long ago an authenticator may have been used at the most: whoever is signed in uses one again, otherwise",
      }),
    ),
    locale: Type.Optional(opaque(20, "Language of the pages; by default the browser's")),
  },
  { title: "NewAccountPage" },
);

type NewAccountPage = Static<typeof NewAccountPageBody>;

const paths: Readonly<Record<NonNullable<NewAccountPage["show"]>, string>> = {
  signIn: "/account/sign-in",
  signUp: "/account/sign-up",
  account: "/account",
};

/** Sending a browser to the account pages. */
export const accountPageRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/pages/account",
    {
      ...described({
        operationId: "createAccountPage",
        tag: "Pages",
        summary: "Make a link to the account pages",
        description:
          "For a service whose `page.accounts` is open. The link works for 15 minutes. The pages lead back to `returnUrl` with `ticket` and `state`, or with `outcome=canceled` and `state`; redeem the ticket by `POST /sessions/redeem`, and compare `subscriberId` with your own session where you have one.",
        scope: "sessions:write",
        successes: { 201: "Where to send the browser" },
        problems: ["service_not_found"],
        example: {
          body: { returnUrl: "https://app.example.com/signed-in", state: "f3a9", maxAgeSeconds: 600 },
        },
      }),
      schema: { body: NewAccountPageBody, response: { 201: PageBody } },
    },
    async (request, reply) => {
      const { body } = request;
      const { show = "signIn", maxAgeSeconds, state = null, locale = null, returnUrl } = body;
      if (maxAgeSeconds !== undefined && show !== "signIn") {
        throw wrongField("maxAgeSeconds", "goes with `show: signIn` alone");
      }
      const service = await pageService(request, body);
      const id = await idOfLink(request, reply);
      const link = writeAccountLink(app.parts, {
        id,
        tenantId: service.tenantId,
        serviceId: service.id,
        returnUrl,
        state,
        language: locale,
        demand: maxAgeSeconds === undefined ? null : { maxAgeSeconds, allowTrustedDevices: false },
      });
      reply.code(201);
      return { url: `${addressOf(request)}${paths[show]}?link=${link}`, expiresAt: iso(linkExpiresAt(id)) };
    },
  );
};

function addressOf(request: FastifyRequest): string {
  return `${request.server.publicOrigin(request)}${request.server.basePath(request)}`;
}
