import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import type { Clock, Random } from "../clock/index.ts";
import type { Phones, SandboxFaults } from "../providers/sandbox/index.ts";
import { Type } from "../schemas/index.ts";
import {
  createFlowrouteStandin,
  createTelnyxStandin,
  createTwilioStandin,
  createVonageStandin,
  createWebhookStandin,
  createWireFaults,
  type Standin,
  type StandinParts,
  standinAccounts,
  takesReplies,
  type WireFault,
  type WireFaults,
} from "../standins/index.ts";
import { Problem } from "./problems.ts";

export interface StandinRoutesParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly phones: Phones;
  readonly faults: SandboxFaults;
  /** Whose wire is at the root as well: some of the vendors' older clients take a host, but no path. */
  readonly root?: StandinVendor | undefined;
}

export type StandinVendor = keyof typeof standinAccounts;

const makers: Readonly<Record<StandinVendor, (parts: StandinParts) => Standin>> = {
  flowroute: createFlowrouteStandin,
  telnyx: createTelnyxStandin,
  vonage: createVonageStandin,
  twilio: createTwilioStandin,
  webhook: createWebhookStandin,
};

const vendors = Object.keys(makers) as readonly StandinVendor[];

/** The carriers' own wires before the virtual phones, at `/sandbox/{vendor}`: they are on where the phones are. */
export function standinRoutes(given: StandinRoutesParts): FastifyPluginAsyncTypebox {
  return async (scope) => {
    const wires = new Map<string, WireFaults>();
    const standins: Standin[] = [];
    for (const vendor of vendors) {
      const wire = createWireFaults();
      const standin = makers[vendor]({ ...given, fetch: globalThis.fetch, wire });
      wires.set(vendor, wire);
      standins.push(standin);
      const prefixes = [`/sandbox/${vendor}`, ...(given.root === vendor ? [""] : [])];
      for (const prefix of prefixes) await scope.register((inner) => standin.routes(inner), { prefix });
    }
    const stop = takesReplies(given, standins);
    scope.addHook("onClose", async () => stop());
    await scope.register(standinApi(wires), { prefix: "/sandbox/api/standins" });
  };
}

const VendorParams = Type.Object({ vendor: Type.Enum([...vendors]) });

/** By what each kind of fault needs; the order is that of `WireFault`. */
const FaultBody = Type.Union([
  Type.Object(
    {
      type: Type.Literal("refuse"),
      status: Type.Integer({ minimum: 200, maximum: 599 }),
      code: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9_]{1,40}$" })),
      retryAfter: Type.Optional(Type.String({ pattern: "^[\\x20-\\x7e]{1,40}$" })),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { type: Type.Literal("slow"), delayMs: Type.Integer({ minimum: 0, maximum: 600_000 }) },
    { additionalProperties: false },
  ),
  Type.Object(
    { type: Type.Enum(["cut", "garbage", "receiptFirst", "receiptLost", "receiptForged"] as const) },
    { additionalProperties: false },
  ),
]);

/** Which accounts the stand-ins know, and what goes wrong on their wires next. */
function standinApi(wires: ReadonlyMap<string, WireFaults>): FastifyPluginAsyncTypebox {
  const wireOf = (vendor: string): WireFaults => {
    const wire = wires.get(vendor);
    if (wire === undefined) throw new Problem("not_found");
    return wire;
  };
  return async (scope) => {
    const shown = ({ protocol, host }: FastifyRequest, vendor: StandinVendor) => ({
      vendor,
      url: `${protocol}://${host}/sandbox/${vendor}`,
      account: standinAccounts[vendor],
    });
    scope.get("/", async (request) => ({ standins: vendors.map((vendor) => shown(request, vendor)) }));
    scope.get("/:vendor", { schema: { params: VendorParams } }, async (request) =>
      shown(request, request.params.vendor),
    );
    scope.get("/:vendor/faults", { schema: { params: VendorParams } }, async ({ params }) => ({
      faults: wireOf(params.vendor).list(),
    }));
    const schema = { params: VendorParams, body: FaultBody };
    scope.post("/:vendor/faults", { schema }, async ({ params, body }, reply) => {
      wireOf(params.vendor).add(body as WireFault);
      return reply.code(201).send(body);
    });
    scope.delete("/:vendor/faults", { schema: { params: VendorParams } }, async ({ params }, reply) => {
      wireOf(params.vendor).clear();
      return reply.code(204).send();
    });
  };
}
