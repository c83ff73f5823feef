import type { CarrierReason } from "../providers/reasons.ts";
import type { Connection } from "./contract.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandFailed } from "./failure.ts";
import { printable } from "./terminal.ts";

interface Attempt {
  readonly provider: string;
  readonly answer: string;
  readonly reason: string | null;
}

interface Found {
  readonly state: string;
  readonly attempts: readonly Attempt[];
}

/** What became of the newest message of a verification; null where this caller may not know. */
export async function newestDelivery(connection: Connection, verificationId: string): Promise<Found | null> {
  const path = `/api/v1/deliveries?limit=1&verification=${encodeURIComponent(verificationId)}`;
  const { status, body } = await connection.request("GET", path);
  if (status !== 200) return null;
  return (body as { readonly items: readonly Found[] }).items[0] ?? null;
}

/** Ends the command where no carrier took the message: why, and what its operator can do. */
export function refuseUndelivered(found: Found): void {
  if (found.state !== "failed" && found.state !== "dropped") return;
  const last = found.attempts.at(-1);
  const carrier = last === undefined ? "the carrier" : printable(last.provider);
  const [why, remedy] = troubleOf(last?.reason ?? null, carrier);
  throw new CommandFailed({
    exitCode: exitCodes.refused,
    code: last?.reason ?? "code_not_sent",
    what: `The code was not sent: ${carrier} refused the message.`,
    why,
    remedy,
  });
}

/** What to tell while it is tried again; null where nothing went wrong so far. */
export function troubleSoFar(found: Found): string | null {
  const last = found.attempts.at(-1);
  if (found.state !== "queued" || last === undefined || last.reason === null) return null;
  const carrier = printable(last.provider);
  const [why, remedy] = troubleOf(last.reason, carrier);
  return `${carrier} has not taken the message yet, and is tried again.\n  Why: ${why}\n  What to do: ${remedy}`;
}

/** A setting of a carrier, as it is called in the environment. */
const setting = (carrier: string, name: string): string => `COUNTERSIGN_${carrier.toUpperCase()}_${name}`;

type Explained = readonly [why: string, remedy: (carrier: string) => string];

/** A new reason does not compile until it is said what to do about it. */
const troubles: Readonly<Record<CarrierReason, Explained>> = {
  account_out_of_credit: ["The account has no money or no quota left.", () => "Pay, or raise the quota."],
  carrier_certificate_refused: [
    "Its certificate is not valid for its name.",
    (carrier) => `Look at ${setting(carrier, "URL")}, and at what stands between.`,
  ],
  carrier_unavailable: [
    "It is out of service for a while.",
    () => "Try again later, or add a second carrier.",
  ],
  carrier_unreachable: [
    "There is no connection to it.",
    () => "Look at the network and at its name service.",
  ],
  country_not_permitted: [
    "The account may not send to this country.",
    () => "Allow the country in the carrier's console.",
  ],
  credentials_refused: [
    "It does not know these credentials.",
    (carrier) => `Compare key and secret (${setting(carrier, "...")}) with the carrier's console.`,
  ],
  forbidden_by_carrier: [
    "The account may not do this.",
    () => "Read what the carrier's console says about the account.",
  ],
  not_mobile: ["A landline gets no texts.", () => "Use a mobile number, or have a service that calls."],
  not_routable: ["It has no way to this number.", () => "Try another carrier for this country."],
  not_sent_in_time: ["Its turn came too late.", () => "Raise the carrier's rate, or add a carrier."],
  number_not_supported: [
    "This version of its API has no form for the number.",
    () => "See docs/carriers for what each version takes.",
  ],
  number_refused: [
    "It takes this for no number.",
    () => "Write the number as +14155550123, and look for a typing mistake.",
  ],
  opted_out: ["The person answered STOP to a text.", () => "They may answer START, from the same phone."],
  rate_limited: [
    "There were too many messages at once.",
    () => "Wait a moment; raise the carrier's limit if it goes on.",
  ],
  recipient_deferred: [
    "It puts this recipient off, as mail servers do with senders they do not know yet.",
    () => "Wait a moment: it is tried again by itself.",
  ],
  redirect_refused: [
    "Your receiver answered with another address.",
    (carrier) => `Set that address as ${setting(carrier, "URL")}.`,
  ],
  rejected_by_destination: [
    "The network of the recipient refused it.",
    () => "See whether the sender has to be registered there.",
  ],
  request_refused: [
    "It did not understand the request.",
    () => "This is a mistake of Countersign: report it.",
  ],
  sender_refused: [
    "The sender is not one of this account's.",
    (carrier) => `Set ${setting(carrier, "FROM")} to a number or a name that the account has.`,
  ],
  taken_for_spam: [
    "A filter took the text for spam.",
    () => "Register the sender or the text with the carrier.",
  ],
  value_refused: [
    "It does not allow a value, often the sender or the text.",
    (carrier) => `Look at ${setting(carrier, "FROM")}, and at the carrier's log.`,
  ],
};

function troubleOf(reason: string | null, carrier: string): readonly [why: string | null, remedy: string] {
  if (reason === null || !Object.hasOwn(troubles, reason)) {
    return [reason === null ? null : printable(reason), "See the server's log, and the carrier's console."];
  }
  const [why, remedy] = troubles[reason as CarrierReason];
  return [`${why} (${reason})`, remedy(carrier)];
}
