import type { Clock } from "../clock/index.ts";
import type { CarrierName, CarrierSettings } from "../config/index.ts";
import {
  type CallbackAddresses,
  type CarrierReceipt,
  type Correspondence,
  createCallbackAddresses,
  createCorrespondence,
  type InboundMessage,
  type JoinedReceipt,
  type Provider,
} from "../delivery/index.ts";
import type { Engine, Log } from "../engine/index.ts";
import { createFlowrouteProvider } from "../providers/flowroute/index.ts";
import type { CarrierParts } from "../providers/http.ts";
import { createSmtpProvider } from "../providers/smtp/index.ts";
import { createTelnyxProvider } from "../providers/telnyx/index.ts";
import { createTwilioProvider } from "../providers/twilio/index.ts";
import { createVonageProvider } from "../providers/vonage/index.ts";
import { createWebhookProvider } from "../providers/webhook/index.ts";
import type { Keyring } from "../secrets/index.ts";

/** What carriers say to us, on its way to the engine. */
export interface Callbacks {
  readonly addresses: CallbackAddresses;
  readonly correspondence: Correspondence;
  readonly publicUrl: string | null;
  /** Durable when it resolves. */
  receipt(provider: string, receipt: CarrierReceipt): Promise<void>;
  inbound(provider: string, message: InboundMessage): Promise<void>;
}

export interface CallbackOptions {
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly log: Log;
  readonly publicUrl: string | null;
  /** The engine stands on the providers, which are made before it. */
  readonly receiver: { readonly engine: Engine | null };
}

export function createCallbacks({ clock, keyring, log, receiver, publicUrl }: CallbackOptions): Callbacks {
  const apply = async ({ reference, status, providerMessageId, cost }: JoinedReceipt): Promise<void> => {
    const priced = cost === undefined ? {} : { cost };
    await receiver.engine?.receipt({ reference, status, providerMessageId, ...priced });
  };
  const correspondence = createCorrespondence(clock, (receipt) => {
    apply(receipt).catch((cause: unknown) => {
      const { reference } = receipt;
      log.warn({ event: "receipt", reference, error: String(cause) }, "a receipt could not be applied");
    });
  });
  return {
    addresses: createCallbackAddresses(keyring, publicUrl),
    correspondence,
    publicUrl,
    async receipt(provider, receipt) {
      const joined = correspondence.join(provider, receipt);
      if (joined !== null) await apply(joined);
    },
    async inbound(provider, message) {
      const { engine } = receiver;
      const heard = await engine?.inbound(provider, message);
      if (heard?.word !== null) return;
      log.info({ event: "inbound", provider }, "a text came in, and nothing waits for one");
    },
  };
}

/** The one place where accounts become providers: in their order, with all that they share. */
export function createCarriers(
  settings: CarrierSettings | undefined,
  { addresses, correspondence }: Pick<Callbacks, "addresses" | "correspondence">,
  clock: Clock,
): readonly Provider[] {
  if (settings === undefined) return [];
  return settings.order.map((name) => {
    const callbackUrl = (reference: string): string | null => addresses.of(name, reference);
    const parts: CarrierParts = { clock, fetch: globalThis.fetch, callbackUrl };
    return correspondence.noting(withSenders(name, settings, parts));
  });
}

/** One carrier that sends as whom a message says, and else as its account does: a sender is a part of the account. */
function withSenders(name: CarrierName, settings: CarrierSettings, parts: CarrierParts): Provider {
  const standard = createCarrier(name, settings, parts);
  // It has no sender of its own: whoever is named goes along with the message.
  if (standard.takesAnySender === true) return standard;
  const bySender = new Map<string, Provider>();
  const as = (from: string): Provider => {
    let provider = bySender.get(from);
    if (provider === undefined) {
      const account = { ...settings, [name]: { ...accountOf(name, settings[name]), from } };
      provider = createCarrier(name, account, parts);
      // As many as accounts and routes name: what a caller names is one of them (`maySendAs`).
      bySender.set(from, provider);
    }
    return provider;
  };
  return {
    ...standard,
    send: (message, signal) =>
      (message.from === undefined ? standard : as(message.from)).send(message, signal),
  };
}

function createCarrier(name: CarrierName, settings: CarrierSettings, parts: CarrierParts): Provider {
  switch (name) {
    case "flowroute":
      return createFlowrouteProvider(accountOf(name, settings.flowroute), parts);
    case "smtp":
      return createSmtpProvider(accountOf(name, settings.smtp), parts);
    case "telnyx":
      return createTelnyxProvider(accountOf(name, settings.telnyx), parts);
    case "twilio":
      return createTwilioProvider(accountOf(name, settings.twilio), parts);
    case "vonage":
      return createVonageProvider(accountOf(name, settings.vonage), parts);
    case "webhook":
      return createWebhookProvider(accountOf(name, settings.webhook), parts);
    default:
      return unreachable(name);
  }
}

function accountOf<S>(name: CarrierName, account: S | undefined): S {
  if (account === undefined) throw new TypeError(`${name} is to be asked, but has no account`);
  return account;
}

function unreachable(name: never): never {
  throw new TypeError(`not a carrier: ${String(name)}`);
}
