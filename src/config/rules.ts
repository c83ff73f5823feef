import { join } from "node:path";
import ipaddr from "ipaddr.js";
import { carrierNames, payingCarriers } from "./carrier-table.ts";
import { problem, type SettingProblem } from "./given.ts";
import { relyingPartyIn } from "./passkey-settings.ts";
import { originProblem } from "./relying-party.ts";
import { routesProblems, senderWarnings } from "./routes-rules.ts";
import type { SettingValues } from "./table.ts";

/** All settings together, with what they meet. */
export interface SeenTogether {
  readonly values: SettingValues;
  /** The real carriers that are configured. */
  readonly carriers: readonly string[];
  /** Where the master secret was read from, if from a file. */
  readonly secretPath: string | null;
}

/** On when asked for; by itself only where nobody but this machine can read the codes and nothing real is sent. */
export function isSandboxOn({ values, carriers }: SeenTogether): boolean {
  if (values.sandbox !== null) return values.sandbox;
  return values.environment === "development" && carriers.length === 0 && values.host.every(isLoopback);
}

/** On when asked for; by itself only where nobody but this machine reaches it, be it through a proxy on it. */
export function isConsoleOn({ values }: Pick<SeenTogether, "values">): boolean {
  if (values.console !== null) return values.console;
  const isOpen = values.publicUrl !== null || !values.host.every(isLoopback);
  return values.environment === "development" && !isOpen;
}

export function isLoopback(address: string): boolean {
  return ipaddr.process(address).range() === "loopback";
}

/** What no parser of one setting can see (K-5, C-48). */
export function settingsProblems(seen: SeenTogether): readonly SettingProblem[] {
  const { values, carriers } = seen;
  const problems: SettingProblem[] = [];
  if (values.sandbox === true && carriers.length > 0) {
    problems.push(
      problem(
        "COUNTERSIGN_SANDBOX",
        `the virtual phones show every code, so they never run together with a real carrier (${carriers.join(", ")}): set it to off, or remove the carrier`,
      ),
    );
  }
  if (payingCarriers(carriers).length > 0) problems.push(...carrierProblems(values, carriers));
  const party = relyingPartyIn(values);
  const passkeys = party === null ? null : originProblem(party);
  if (passkeys !== null) problems.push(problem("COUNTERSIGN_PASSKEY_ORIGINS", passkeys));
  problems.push(...routesProblems(values, isSandboxOn(seen) ? [...carriers, "sandbox"] : carriers));
  if (values.databaseUrl !== null && values.secret.length === 0) {
    problems.push(
      problem(
        "COUNTERSIGN_SECRET",
        `with DATABASE_URL every server needs the same master secret: make one with \`openssl rand -base64 32\` and give it to each of them, or, where a data folder moves there, the one that it was used with, which is in ${join(values.data, "secret")} unless you configured it`,
      ),
    );
  } else if (values.environment === "production") problems.push(...productionProblems(seen));
  return problems;
}

/** What a real carrier must not start without: it spends money from its first minute (F-2, F-9). */
export function carrierProblems(
  values: Pick<SettingValues, "countries" | "moneyPerDay">,
  carriers: readonly string[],
): readonly SettingProblem[] {
  const named = payingCarriers(carriers).join(", ");
  const problems: SettingProblem[] = [];
  if (values.countries === null || values.countries.length === 0) {
    problems.push(
      problem(
        "COUNTERSIGN_COUNTRIES",
        `a real carrier (${named}) sends nowhere until it is said where to: name the countries of your users, such as DE,AT,CH`,
      ),
    );
  }
  if (values.moneyPerDay === null) {
    problems.push(
      problem(
        "COUNTERSIGN_MONEY_PER_DAY",
        `a real carrier (${named}) does not start without a daily cap: set what all messages of a day may cost together, such as 50`,
      ),
    );
  }
  return problems;
}

/** Whether a range has an address of this machine in it. */
function holdsLoopback(range: string): boolean {
  const [network, bits] = range.includes("/")
    ? ipaddr.parseCIDR(range)
    : ([ipaddr.process(range), 128] as const);
  if (network.range() === "loopback") return true;
  const own = ipaddr.parse(network.kind() === "ipv4" ? "127.0.0.1" : "::1");
  return own.match(network, Math.min(bits, network.kind() === "ipv4" ? 32 : 128));
}

function productionProblems({ values, carriers, secretPath }: SeenTogether): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const generated = join(values.data, "secret");
  if (values.secret.length === 0) {
    problems.push(
      problem(
        "COUNTERSIGN_SECRET",
        `production needs a master secret that is not kept beside the data: make one with \`openssl rand -base64 32\`, or, for data that exists already, move ${generated} elsewhere and name it in COUNTERSIGN_SECRET_FILE`,
      ),
    );
  } else if (secretPath === generated) {
    problems.push(
      problem(
        "COUNTERSIGN_SECRET_FILE",
        `this is the generated secret beside the data, stolen together with it: move ${generated} elsewhere and name its new place`,
      ),
    );
  }
  if (values.webhookNetworks.some(holdsLoopback)) {
    problems.push(
      problem(
        "COUNTERSIGN_WEBHOOK_NETWORKS",
        "it names this machine itself, where webhooks of any tenant would reach what trusts its neighbours: leave the loopback addresses out in production",
      ),
    );
  }
  if (values.sandbox === null && carriers.length === 0) {
    problems.push(
      problem(
        "COUNTERSIGN_SANDBOX",
        "no carrier is configured, and production does not turn to the virtual phones by itself: configure a carrier, or set COUNTERSIGN_SANDBOX=on if everybody who reaches this server may read the codes",
      ),
    );
  }
  return problems;
}

/** Fit to run, but worth a sentence. */
export function settingsWarnings(seen: SeenTogether): readonly string[] {
  const { values, carriers } = seen;
  const warnings: string[] = [];
  const open = values.host.filter((one) => !isLoopback(one));
  if (!isSandboxOn(seen) && carriers.length === 0) {
    const why = values.sandbox === false ? "COUNTERSIGN_SANDBOX is off" : `HOST is ${open.join(",")}`;
    warnings.push(
      `No carrier is configured and ${why}, so nothing can be sent: set COUNTERSIGN_SANDBOX=on if everybody who reaches this server may read the codes.`,
    );
  } else if (isSandboxOn(seen) && open.length > 0) {
    warnings.push(
      `The virtual phones are on and HOST is ${open.join(",")}: everybody who reaches this server can read the codes.`,
    );
  }
  if (payingCarriers(carriers).length > 0 && values.publicUrl === null) {
    warnings.push(
      "PUBLIC_URL is not set, so that no carrier can report what became of a message: set it to the address that carriers reach this server by.",
    );
  }
  if (values.environment === "production" && values.publicUrl?.startsWith("http:") === true) {
    warnings.push("PUBLIC_URL is plain http: keys and codes cross the network in the clear.");
  }
  return [...warnings, ...senderWarnings({ ...values, accountSenders: accountSenders(values) })];
}

/** Who texts of the configured accounts come from. */
export function accountSenders(values: SettingValues): Readonly<Record<string, string>> {
  const given = values as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    payingCarriers(carrierNames).flatMap((name) => {
      const from = given[`${name}From`];
      return typeof from === "string" ? [[name, from]] : [];
    }),
  );
}
