import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { CircuitState, Demotion } from "../../delivery/index.ts";
import type { CarrierState, CarrierView } from "../../engine/index.ts";
import { amountText } from "../../guard/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { refuseOtherTenants } from "./administration.ts";
import { numberOf } from "./numbers.ts";
import { described } from "./route.ts";
import { iso, orNull, strict } from "./schemas.ts";
import { channelSchema } from "./verification-schemas.ts";

const standingSchema = Type.Enum(["well", "silent", "resting", "open", "demoted"], {
  description:
    "`open`: it takes no messages; `silent`: calls stay without an answer; `resting`: it asked for a pause; `demoted`: far fewer of its messages arrive than usual",
});
const Amount = Type.String({ description: "In the currency of COUNTERSIGN_PRICES" });

const RouteBody = Type.Object(
  {
    place: Type.String({ description: "What the route is for: a prefix, a region, or `*`" }),
    carriers: Type.Array(
      Type.Object({
        carrier: Type.String(),
        tier: Type.Integer({ description: "1 for those that are asked first" }),
        share: Type.Number({ description: "How much of its tier it is asked first for, from 0 to 1" }),
        standing: standingSchema,
        why: Type.String(),
        from: orNull(Type.String({ description: "Who texts come from; null for whom the account says" })),
        ratePerSecond: orNull(Type.Number()),
        price: orNull(Amount),
      }),
    ),
  },
  { title: "Route" },
);

const Totals = Type.Object({
  region: orNull(Type.String()),
  accepted: Type.Integer(),
  delivered: Type.Integer({ description: "Receipts that say so" }),
  approved: Type.Integer({ description: "Codes that came back" }),
  cost: Amount,
  costPerDelivery: orNull(Amount),
  costPerApproval: orNull(Amount),
});

const CarriersBody = Type.Object(
  {
    carriers: Type.Array(
      Type.Object({
        carrier: Type.String(),
        channel: channelSchema,
        standing: standingSchema,
        why: Type.String(),
        totals: Type.Array(Totals),
      }),
    ),
  },
  { title: "Carriers", description: "As this node sees them, since it started" },
);

/** How the carriers do, and which of them would be asked. For the operator: prices are nobody else's business. */
export const carrierRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/carriers",
    {
      ...described({
        operationId: "listCarriers",
        tag: "Installation",
        summary: "Show how the carriers do, and what they cost",
        description:
          "What this node has seen since it started. The metrics have the same numbers for all nodes.",
        scope: "numbers:read",
        successes: { 200: "All carriers by channel" },
        problems: ["forbidden"],
      }),
      schema: { response: { 200: CarriersBody } },
    },
    async (request) => {
      await refuseOtherTenants(request);
      return { carriers: app.engine.carriers().map(toCarrierBody) };
    },
  );

  app.get(
    "/numbers/:number/route",
    {
      ...described({
        operationId: "explainRoute",
        tag: "Numbers",
        summary: "Explain which carrier would be asked",
        description: "In which order, and why. Nobody is asked and nothing is counted.",
        scope: "numbers:read",
        successes: { 200: "The route to this number" },
        problems: ["number_invalid", "forbidden"],
      }),
      schema: {
        params: Type.Object({
          number: Type.String({ maxLength: 64, description: "Phone number in international form" }),
        }),
        querystring: strict({ channel: Type.Optional(Type.Enum(["sms", "voice"])) }),
        response: { 200: RouteBody },
      },
    },
    async (request) => {
      await refuseOtherTenants(request);
      const phoneNumber = numberOf(app.parts, request.params.number);
      const { place, carriers } = app.engine.explainRoute(phoneNumber, request.query.channel ?? "sms");
      return { place, carriers: carriers.map(toRouteCarrier) };
    },
  );
};

function toRouteCarrier(view: CarrierView): Static<typeof RouteBody>["carriers"][number] {
  const { carrier, tier, share, circuit, demotion, sender, ratePerSecond, price } = view;
  const isNamed = sender.type === "nameUnsupported";
  const standing = standingOf(circuit, demotion);
  return {
    carrier,
    tier,
    share,
    standing: standing.name,
    why: isNamed
      ? `not asked: it would send as ${sender.name}, and names are not delivered there`
      : standing.why,
    from: sender.type === "sender" ? sender.rule.from : isNamed ? sender.name : null,
    ratePerSecond,
    price: price === null ? null : amountText(price),
  };
}

function toCarrierBody(state: CarrierState): Static<typeof CarriersBody>["carriers"][number] {
  const { carrier, channel, circuit, demotion, totals } = state;
  const standing = standingOf(circuit, demotion);
  return {
    carrier,
    channel,
    standing: standing.name,
    why: standing.why,
    totals: totals.map(({ region, accepted, delivered, approved, cost }) => ({
      region,
      accepted,
      delivered,
      approved,
      cost: amountText(cost),
      costPerDelivery: accepted === 0 ? null : amountText(Math.round(cost / accepted)),
      costPerApproval: approved === 0 ? null : amountText(Math.round(cost / approved)),
    })),
  };
}

interface SaidStanding {
  readonly name: Static<typeof standingSchema>;
  readonly why: string;
}

function standingOf(circuit: CircuitState, demotion: Demotion | null): SaidStanding {
  switch (circuit.type) {
    case "open": {
      const [since, probeAt] = [circuit.since, circuit.probeAt].map((at) => iso(at));
      return { name: "open", why: `takes no messages since ${since}; tried again at ${probeAt}` };
    }
    case "resting":
      return { name: "resting", why: `asked for a pause until ${iso(circuit.until)}` };
    case "silent":
      return { name: "silent", why: "its last calls are without an answer" };
    case "closed":
      return demotion === null ? { name: "well", why: "takes messages" } : demoted(demotion);
    default:
      return circuit satisfies never;
  }
}

function demoted({ evidence, lately, usual, since }: Demotion): SaidStanding {
  const what = evidence === "receipts" ? "arrived" : "were approved";
  const why = `${lately.good} of its last ${lately.messages} messages ${what}, usual are ${Math.round(usual * 100)} percent (since ${iso(since)})`;
  return { name: "demoted", why };
}
