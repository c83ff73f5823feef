import type { FastifyPluginAsync } from "fastify";
import { messagesPath } from "../messages-path.ts";
import { flowrouteMessages } from "./messages.ts";

/** Flowroute's messages where no other vendor has them: the path of v2 is shared. */
export const flowrouteRoutes: FastifyPluginAsync = async (app) => {
  for (const version of ["v2.1", "v2.2"] as const) {
    const vendor = flowrouteMessages(version);
    await app.register(messagesPath(`/${version}/messages`, () => vendor));
  }
};
