import { call, connected, type GlobalOptions } from "../connection.ts";
import { type Terminal, table } from "../terminal.ts";

interface RouteAnswer {
  readonly place: string;
  readonly carriers: readonly {
    readonly carrier: string;
    readonly tier: number;
    readonly share: number;
    readonly standing: string;
    readonly why: string;
    readonly from: string | null;
    readonly price: string | null;
  }[];
}

/** Which carrier would be asked for a message to a number, in which order, and why. */
export async function explainRoute(
  number: string,
  options: { readonly channel?: string },
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  await connected(
    all,
    terminal,
    async (connection) => {
      const channel = options.channel ?? "sms";
      const path = `/api/v1/numbers/${encodeURIComponent(number)}/route?channel=${encodeURIComponent(channel)}`;
      const found = (await call(connection, "GET", path)) as RouteAnswer;
      terminal.result(found, () =>
        [
          `The route for ${found.place === "*" ? "everywhere else" : found.place}, by ${channel}:`,
          table(
            ["ASKED", "CARRIER", "SHARE", "FROM", "PRICE", "WHY"],
            found.carriers.map((one, index) => [
              String(index + 1),
              one.carrier,
              `${Math.round(one.share * 100)} %`,
              one.from ?? "its account's",
              one.price ?? "-",
              one.standing === "well" ? one.why : `${one.standing}: ${one.why}`,
            ]),
            "No carrier takes messages there.",
          ),
        ].join("\n"),
      );
    },
    "founds",
  );
}

interface CarriersAnswer {
  readonly carriers: readonly {
    readonly carrier: string;
    readonly channel: string;
    readonly standing: string;
    readonly totals: readonly {
      readonly region: string | null;
      readonly accepted: number;
      readonly delivered: number;
      readonly approved: number;
      readonly cost: string;
      readonly costPerApproval: string | null;
    }[];
  }[];
}

/** How the carriers do, and what they cost, since the server started. */
export async function listCarriers(all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const found = (await call(connection, "GET", "/api/v1/carriers")) as CarriersAnswer;
    terminal.result(found, () => {
      const rows = found.carriers.flatMap(({ carrier, channel, standing, totals }) => {
        if (totals.length === 0) return [[carrier, channel, standing, "-", "0", "0", "0", "-", "-"]];
        return totals.map((one) => [
          carrier,
          channel,
          standing,
          one.region ?? "-",
          String(one.accepted),
          String(one.delivered),
          String(one.approved),
          one.cost,
          one.costPerApproval ?? "-",
        ]);
      });
      const columns = ["CARRIER", "CHANNEL", "STANDING", "REGION", "TAKEN", "ARRIVED", "APPROVED"];
      return table([...columns, "COST", "PER APPROVAL"], rows, "No carrier is configured.");
    });
  });
}
