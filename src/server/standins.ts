import type { FastifyInstance } from "fastify";
import type { Clock, Random } from "../clock/index.ts";
import type { Phones, SandboxFaults } from "../providers/sandbox/index.ts";
import {
  createFlowrouteStandin,
  createTelnyxStandin,
  createTwilioStandin,
  createVonageStandin,
  createWebhookStandin,
  createWireFaults,
  type Standin,
  type StandinParts,
} from "../standins/index.ts";

export interface StandinRoutesParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly phones: Phones;
  readonly faults: SandboxFaults;
}

const makers: Readonly<Record<string, (parts: StandinParts) => Standin>> = {
  flowroute: createFlowrouteStandin,
  telnyx: createTelnyxStandin,
  vonage: createVonageStandin,
  twilio: createTwilioStandin,
  webhook: createWebhookStandin,
};

/** The carriers' own wires before the virtual phones, at `/sandbox/{vendor}`: they are on where the phones are. */
export function standinRoutes(given: StandinRoutesParts): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    for (const [vendor, make] of Object.entries(makers)) {
      const standin = make({ ...given, fetch: globalThis.fetch, wire: createWireFaults() });
      await scope.register((inner) => standin.routes(inner), { prefix: `/sandbox/${vendor}` });
    }
  };
}
