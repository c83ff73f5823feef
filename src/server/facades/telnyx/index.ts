import type { FastifyPluginAsync } from "fastify";

/** Telnyx's Verify, at the vendor's own paths. */
export const telnyxRoutes: FastifyPluginAsync = async () => {};
