import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { ApiDocument } from "../reference/document-types.ts";
import { referenceRoutes } from "../reference/routes.ts";
import { accountPageRoutes } from "./account-pages.ts";
import { authenticatorRoutes } from "./authenticators.ts";
import { backupRoutes } from "./backup.ts";
import { carrierRoutes } from "./carriers.ts";
import { challengeRoutes } from "./challenges.ts";
import { deliveryRoutes } from "./deliveries.ts";
import { type DocumentedRoute, documentOf } from "./document.ts";
import { keyRoutes } from "./keys.ts";
import { messageRoutes } from "./messages.ts";
import { answerOtherMethods, type MethodsByPath, noteMethods } from "./methods.ts";
import { numberRoutes } from "./numbers.ts";
import { pageRoutes } from "./pages.ts";
import { passkeyRoutes } from "./passkeys.ts";
import { recoveryRoutes, resetRoutes } from "./recoveries.ts";
import { secretsRoutes } from "./secrets.ts";
import { serviceRoutes } from "./services.ts";
import { sessionRoutes } from "./sessions.ts";
import { subscriberRoutes } from "./subscribers.ts";
import { tenantRoutes } from "./tenants.ts";
import { trustedDeviceRoutes } from "./trusted-devices.ts";
import { verificationRoutes } from "./verifications.ts";
import { webhookRoutes } from "./webhooks.ts";

/** Our own HTTP API: everything under `/api`. */
export const api: FastifyPluginAsyncTypebox = async (app) => {
  const routes: DocumentedRoute[] = [];
  await app.register(
    async (v1) => {
      const methods: MethodsByPath = new Map();
      v1.addHook("onRoute", (route) => {
        noteMethods(methods, route);
        const { config, schema } = route;
        if (config?.api !== undefined && route.method !== "HEAD") {
          routes.push({
            method: String(route.method),
            path: route.routePath,
            api: config.api,
            schema: schema ?? {},
          });
        }
      });
      for (const plugin of [
        verificationRoutes,
        numberRoutes,
        pageRoutes,
        accountPageRoutes,
        keyRoutes,
        serviceRoutes,
        messageRoutes,
        deliveryRoutes,
        webhookRoutes,
        subscriberRoutes,
        authenticatorRoutes,
        challengeRoutes,
        // Before those with an id in the place of its word.
        passkeyRoutes,
        sessionRoutes,
        trustedDeviceRoutes,
        recoveryRoutes,
        resetRoutes,
        tenantRoutes,
        backupRoutes,
        secretsRoutes,
        carrierRoutes,
      ]) {
        await v1.register(plugin);
      }
      await answerOtherMethods(v1, methods);
    },
    { prefix: "/v1" },
  );

  await app.register(async (about) => {
    const methods: MethodsByPath = new Map();
    about.addHook("onRoute", (route) => noteMethods(methods, route));
    // Written when somebody asks for it, so that a start does not wait for it.
    let document: string | null = null;
    about.get("/openapi.json", async (request, reply) => {
      const base = app.basePath(request);
      document ??= JSON.stringify(documentOf(routes));
      const text =
        base === ""
          ? document
          : JSON.stringify({ ...documentOf(routes), servers: [{ url: `${base}/api/v1` }] });
      return reply.type("application/json; charset=utf-8").serializer(String).send(text);
    });
    await answerOtherMethods(about, methods);
  });
  await app.register(referenceRoutes(() => documentOf(routes) as unknown as ApiDocument));
};
