import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import {
  type CallbackAddresses,
  type Correspondence,
  createCallbackAddresses,
  createCorrespondence,
  type InboundMessage,
  type JoinedReceipt,
  type Provider,
} from "../../src/delivery/index.ts";
import type { CarrierParts } from "../../src/providers/http.ts";
import {
  createPhones,
  createSandboxFaults,
  type Phones,
  type SandboxFault,
} from "../../src/providers/sandbox/index.ts";
import { createKeyring } from "../../src/secrets/index.ts";
import { decorateAddresses } from "../../src/server/app.ts";
import { callbackRoutes } from "../../src/server/callbacks/index.ts";
import { sendProblem, toProblem } from "../../src/server/problems.ts";
import { createWireFaults, type Standin, type StandinParts } from "../../src/standins/index.ts";
import {
  type CarrierCase,
  createFakeClock,
  type FakeClock,
  type OpenedCarrier,
  seededRandom,
} from "../../src/testing/index.ts";
import { testSecret } from "../support/instance-values.ts";

/** A carrier's stand-in and our callbacks on one real port, and a provider that talks to it. */
export interface Line extends OpenedCarrier {
  readonly clock: FakeClock;
  readonly parts: StandinParts;
  readonly standin: Standin;
  /** Where the stand-in's paths begin. */
  readonly url: string;
  readonly publicUrl: string;
  readonly inbound: readonly InboundMessage[];
  /** An address of ours, as the carrier is given it. */
  callbackUrl(reference: string): string;
  close(): Promise<void>;
}

export interface LineOptions {
  readonly vendor: string;
  readonly to: string;
  /** Calls instead of texts: whoever has the phone answers as soon as anybody asks what arrived. */
  readonly channel?: "voice";
  readonly standin: (parts: StandinParts) => Standin;
  readonly provider: (url: string, parts: CarrierParts) => Provider;
}

const faultOf: Readonly<Partial<Record<string, SandboxFault["type"]>>> = {
  rejected: "refuse",
  notSent: "notSent",
  silent: "timeoutBeforeAccept",
  lost: "timeoutAfterAccept",
};

const retryAfterMs = 7_000;

export async function openLine(options: LineOptions, what?: CarrierCase): Promise<Line> {
  const clock = createFakeClock();
  const parts: StandinParts = {
    clock,
    random: seededRandom(1),
    fetch: globalThis.fetch,
    phones: createPhones(clock),
    faults: createSandboxFaults(),
    wire: createWireFaults(),
  };
  const app = Fastify();
  const server = createServer((request, response) => app.routing(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `${publicUrl}/sandbox/${options.vendor}`;
  const addresses = createCallbackAddresses(createKeyring([testSecret]), publicUrl);
  const said: Said = { joined: [], inbound: [], callbackStatuses: [] };
  const { joined } = said;
  const correspondence = createCorrespondence(clock, (receipt) => void joined.push(receipt));
  const callbackUrl = (reference: string) => addresses.of(options.vendor, reference);
  const made = correspondence.noting(options.provider(url, { clock, fetch: globalThis.fetch, callbackUrl }));
  const provider = options.channel === undefined ? made : { ...made, channels: [options.channel] };
  const standin = options.standin(parts);
  await serve(app, { clock, addresses, publicUrl, provider, standin, correspondence }, said, options.vendor);
  await app.ready();
  prepare(parts, options.to, what);
  return {
    ...options,
    clock,
    parts,
    standin,
    provider,
    url,
    publicUrl,
    ...said,
    callbackUrl: (reference) => callbackUrl(reference) ?? "",
    async received() {
      answerCalls(parts.phones, options.to);
      const messages = () => parts.phones.messages(options.to);
      // What a call says may be known only once somebody listens.
      await becomes(() => messages().every((one) => one.text !== ""));
      return messages().map((one) => one.text);
    },
    async receipts() {
      await becomes(() => joined.length > 0);
      answerCalls(parts.phones, options.to);
      await clock.advance(1_000);
      await becomes(() => joined.length > 1);
      return joined;
    },
    advance: (ms) => clock.advance(ms),
    until: becomes,
    ...(what === "notSent" ? { retryAfterMs } : {}),
    async close() {
      server.closeAllConnections();
      await app.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answerCalls(phones: Phones, to: string): void {
  for (const { id } of phones.messages(to)) phones.take(to, id, "answer");
}

interface Said {
  readonly joined: JoinedReceipt[];
  readonly inbound: InboundMessage[];
  readonly callbackStatuses: number[];
}

interface Served {
  readonly clock: FakeClock;
  readonly addresses: CallbackAddresses;
  readonly publicUrl: string;
  readonly provider: Provider;
  readonly standin: Standin;
  readonly correspondence: Correspondence;
}

async function serve(app: FastifyInstance, served: Served, said: Said, vendor: string): Promise<void> {
  const { provider, standin, correspondence } = served;
  decorateAddresses(app, null);
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, toProblem(error)));
  app.addHook("onResponse", (request, reply, done) => {
    if (request.url.startsWith("/callbacks/")) said.callbackStatuses.push(reply.statusCode);
    done();
  });
  await app.register((scope) => standin.routes(scope), { prefix: `/sandbox/${vendor}` });
  await app.register(
    callbackRoutes({
      ...served,
      providers: [provider],
      meter: { count: () => {} },
      receipt: async (name, receipt) => {
        const one = correspondence.join(name, receipt);
        if (one !== null) said.joined.push(one);
      },
      inbound: async (_name, message) => void said.inbound.push(message),
    }),
  );
}

function prepare({ faults, wire }: StandinParts, to: string, what: CarrierCase | undefined): void {
  if (typeof what === "object") wire.add(what);
  const type = typeof what === "string" ? faultOf[what] : undefined;
  if (type !== undefined) faults.set({ prefix: to, type, times: 1, retryAfterMs });
}

const patienceMs = 30_000;

/** What sockets do takes turns of the event loop, not time of the fake clock. */
async function becomes(isSo: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error("it did not become so");
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
