import cookie from "@fastify/cookie";
import type { FastifyPluginAsync } from "fastify";
import { newMemory } from "./memory.ts";
import { type AccountPageOptions, type AccountPages, passkeySteps, stepNames } from "./options.ts";
import { notePasskeys } from "./passkey-offer.ts";

/** The account pages: sign up, sign in, enrol, manage. What they are made of is loaded when the first is asked for. */
export function accountPages(given: AccountPageOptions): FastifyPluginAsync {
  return async (app) => {
    const options: AccountPages = { ...given, memory: newMemory() };
    const handlers = () => import("./handlers.ts");
    await app.register(cookie);
    app.setErrorHandler(async (error, request, reply) =>
      (await handlers()).sendFault(options, request, reply, error),
    );
    for (const path of ["/account", "/account/sign-in", "/account/sign-up", "/account/recover"] as const) {
      app.get(path, async (request, reply) => (await handlers()).open(options, request, reply, path));
    }
    for (const path of ["/account/not-me", "/account/reset"] as const) {
      app.get(path, async (request, reply) =>
        (await import("./link-page.ts")).openLink(options, request, reply, path),
      );
    }
    app.get("/account/recovery-codes.txt", async (request, reply) =>
      (await handlers()).sendCodes(request, reply),
    );
    notePasskeys(app.parts);
    for (const name of passkeySteps) {
      app.post(`/account/${name}/options`, async (request, reply) =>
        (await import("./passkey-handler.ts")).sendOptions(options, request, reply, name),
      );
    }
    for (const name of stepNames) {
      app.post(`/account/${name}`, async (request, reply) =>
        (await handlers()).take(options, request, reply, name),
      );
    }
  };
}
