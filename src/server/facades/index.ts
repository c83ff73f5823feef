import type { FastifyPluginAsync } from "fastify";
import type { FacadeName } from "../../config/index.ts";
import { flowrouteRoutes } from "./flowroute/index.ts";
import { flowrouteMessages } from "./flowroute/messages.ts";
import { sharedMessages } from "./messages-path.ts";
import { telnyxRoutes } from "./telnyx/index.ts";
import { telnyxMessages } from "./telnyx/messages.ts";
import { vonageRoutes } from "./vonage/index.ts";

const facades: Readonly<Record<FacadeName, FastifyPluginAsync>> = {
  vonage: vonageRoutes,
  telnyx: telnyxRoutes,
  flowroute: flowrouteRoutes,
};

/** The vendors' own APIs, at their own paths from the root, because some of their clients cannot take a prefix. */
export function facadeRoutes(names: readonly FacadeName[]): FastifyPluginAsync {
  return async (app) => {
    for (const name of names) await app.register(facades[name]);
    await app.register(
      sharedMessages({
        basic: names.includes("flowroute") ? flowrouteMessages("v2") : undefined,
        bearer: names.includes("telnyx") ? telnyxMessages : undefined,
      }),
    );
  };
}
