import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { FacadeInstallation } from "../facades/installation.ts";

const folder = join(import.meta.dirname, "../../clients-test");
/** Loads one of the vendors' clients from the workspace that has them. */
export const load = createRequire(join(folder, "package.json"));

export const clientsAbsent = existsSync(join(folder, "node_modules", "nexmo"))
  ? null
  : "the vendors' clients are not installed: npm run test:clients installs them";

// biome-ignore lint/suspicious/noExplicitAny: what clients answer, each in its own shape
export type Answer = any;
type Values = Readonly<Record<string, unknown>>;

/** What applications do with any of Vonage's clients. */
export interface VonageClient {
  start(parameters: Values): Promise<Answer>;
  check(id: string, code: string): Promise<Answer>;
  search(ids: readonly string[]): Promise<Answer>;
  control(id: string, command: "cancel" | "trigger_next_event"): Promise<Answer>;
  psd2(parameters: Values): Promise<Answer>;
  /** Absent where the client has none. */
  readonly insight?: (level: "basic" | "standard" | "advanced", number: string) => Promise<Answer>;
  /** The level that answers later, to an address; absent where the client has none. */
  readonly insightLater?: (number: string, callback: string) => Promise<Answer>;
  /** A client that sends a cancel where it is told to trigger. */
  readonly cancelsInstead?: true;
  /** Clients whose search takes one id only. */
  readonly searchesOne?: true;
}

export interface Credentials {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly signatureSecret?: string;
  readonly signatureMethod?: string;
}

type Open = (at: FacadeInstallation, credentials: Credentials) => VonageClient;

type Callback = (error: unknown, answer: Answer) => void;

function promised(ask: (done: Callback) => void): Promise<Answer> {
  return new Promise((resolve, reject) => ask((error, answer) => (error ? reject(error) : resolve(answer))));
}

/** `nexmo` and `@vonage/server-sdk` 2: callbacks, and a host without scheme or port. */
const callbacks =
  (name: string): Open =>
  (at, credentials) => {
    const Client = load(name);
    const host = "127.0.0.1";
    const client = new Client(credentials, { apiHost: host, restHost: host, port: at.port });
    const { verify, numberInsight } = client;
    return {
      start: (parameters) => promised((done) => verify.request({ ...parameters }, done)),
      check: (request_id, code) => promised((done) => verify.check({ request_id, code }, done)),
      search: (ids) => promised((done) => verify.search(ids.length === 1 ? ids[0] : ids, done)),
      control: (request_id, cmd) => promised((done) => verify.control({ request_id, cmd }, done)),
      psd2: (parameters) => promised((done) => verify.psd2({ ...parameters }, done)),
      // To these clients `advanced` is the level that answers later.
      insight: (level, number) =>
        promised((done) =>
          numberInsight.get({ level: level === "advanced" ? "advancedSync" : level, number }, done),
        ),
      insightLater: (number, callback) =>
        promised((done) => numberInsight.get({ level: "advancedAsync", number, callback }, done)),
    };
  };

interface VerifyOfThree {
  start(parameters: Values): Promise<Answer>;
  check(id: string, code: string): Promise<Answer>;
  search(id: string): Promise<Answer>;
  cancel(id: string): Promise<Answer>;
  trigger(id: string): Promise<Answer>;
}

function ofThree(verify: VerifyOfThree): VonageClient {
  return {
    searchesOne: true,
    start: (parameters) => verify.start(parameters),
    check: (id, code) => verify.check(id, code),
    search: ([id = ""]) => verify.search(id),
    control: (id, command) => (command === "cancel" ? verify.cancel(id) : verify.trigger(id)),
    psd2: (parameters) => verify.start(parameters),
  };
}

/** `@vonage/server-sdk` 3: promises, and a whole address. */
const sdk =
  (name: string): Open =>
  (at, credentials) => {
    const { Vonage } = load(name);
    const { verify, numberInsights } = new Vonage(credentials, { apiHost: at.url, restHost: at.url });
    return {
      ...ofThree(verify),
      insight: (level, number) => numberInsights[`${level}Lookup`](number),
      insightLater: (number, callback) => numberInsights.asyncAdvancedLookup(number, callback),
    };
  };

/** `@vonage/verify` by itself. */
const alone =
  (name: string): Open =>
  (at, credentials) =>
    ofThree(new (load(name).Verify)(credentials, { apiHost: at.url }));

export const vonageClients: readonly (readonly [string, Open])[] = [
  ["nexmo 2.8.0", callbacks("nexmo-2.8")],
  ["nexmo 2.9.1", callbacks("nexmo")],
  ["@vonage/server-sdk 2.11.3", callbacks("vonage-2")],
  ["@vonage/server-sdk 3.27.0", sdk("vonage-3.27")],
  ["@vonage/server-sdk 3.30.1", sdk("@vonage/server-sdk")],
  [
    "@vonage/verify 1.2.0",
    (at, credentials) => ({ ...alone("@vonage/verify-1.2")(at, credentials), cancelsInstead: true }),
  ],
  ["@vonage/verify 1.23.1", alone("@vonage/verify")],
];
