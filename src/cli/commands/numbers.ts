import { call, connected, type GlobalOptions } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { fields, type Terminal } from "../terminal.ts";
import { count } from "../verification-text.ts";

interface Judged {
  readonly allowed: boolean;
  readonly detail: string | null;
}

interface NumberAnswer {
  readonly e164: string;
  readonly international: string;
  readonly national: string;
  readonly regionName: string;
  readonly region: string;
  readonly type: string;
  readonly channels: Readonly<Record<string, Judged>>;
}

/** What the numbering plans know of a number, and whether a code would be sent to it. */
export async function describeNumber(number: string, all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(
    all,
    terminal,
    async (connection) => {
      const path = `/api/v1/numbers/${encodeURIComponent(number)}`;
      const found = (await call(connection, "GET", path)) as NumberAnswer;
      terminal.result(found, () =>
        fields([
          ["number", found.e164],
          ["international", found.international],
          ["national", found.national],
          ["region", `${found.region} (${found.regionName})`],
          ["type", found.type],
          ...Object.entries(found.channels).map(
            ([channel, judged]) =>
              [channel, judged.allowed ? "would be sent" : `not sent: ${judged.detail}`] as const,
          ),
        ]),
      );
    },
    "founds",
  );
}

interface ErasedAnswer {
  readonly verifications: number;
  readonly deliveries: number;
}

/** Removes everything about a number: it cannot be taken back, so that it has to be said twice. */
export async function eraseRecipient(
  number: string,
  options: { readonly yes?: boolean },
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.yes !== true) {
    throw usageFailure(
      "Erasing a number cannot be taken back.",
      "Say --yes if its verifications, counters and locks are to go.",
    );
  }
  await connected(all, terminal, async (connection) => {
    const path = `/api/v1/numbers/${encodeURIComponent(number)}`;
    const erased = (await call(connection, "DELETE", path)) as ErasedAnswer;
    terminal.result(
      erased,
      () =>
        `Erased: ${count(erased.verifications, "verification")} and ${count(erased.deliveries, "message")}. Backups still hold them.`,
    );
  });
}
