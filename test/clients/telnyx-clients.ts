import { Agent, type IncomingHttpHeaders } from "node:http";
import type { FacadeInstallation } from "../facades/installation.ts";
import { type Answer, load } from "./vonage-clients.ts";

type Values = Readonly<Record<string, unknown>>;

/** What applications do with Telnyx's clients. Errors come as their HTTP status and the vendor's code. */
export interface TelnyxClient {
  start(kind: "sms" | "call" | "flashcall" | "whatsapp", body: Values): Promise<Answer>;
  verifyByNumber(number: string, body: Values): Promise<Answer>;
  verify(id: string, body?: Values): Promise<Answer>;
  retrieve(id: string): Promise<Answer>;
  list(number: string): Promise<Answer>;
  profiles(): Promise<Answer>;
  createProfile(body: Values): Promise<Answer>;
  retrieveProfile(id: string): Promise<Answer>;
  updateProfile(id: string, body: Values): Promise<Answer>;
  deleteProfile(id: string): Promise<Answer>;
  templates(): Promise<Answer>;
  lookUp(number: string): Promise<Answer>;
  /** A webhook as the client's own verifier takes it; throws what it refuses. */
  webhook(body: string, headers: IncomingHttpHeaders, publicKey: string): Promise<Answer>;
}

type Open = (at: FacadeInstallation, apiKey: string) => TelnyxClient;

const seven: Open = (at, apiKey) => {
  const { default: Telnyx } = load("telnyx");
  const client = new Telnyx({ apiKey, baseURL: `${at.url}/v2`, maxRetries: 0 });
  const { verifications, verifyProfiles } = client;
  const starts = {
    sms: (body: Values) => verifications.triggerSMS(body),
    call: (body: Values) => verifications.triggerCall(body),
    flashcall: (body: Values) => verifications.triggerFlashcall(body),
    whatsapp: (body: Values) => verifications.triggerWhatsappVerification(body),
  };
  return {
    start: (kind, body) => starts[kind](body),
    verifyByNumber: (number, body) => verifications.byPhoneNumber.actions.verify(number, body),
    verify: (id, body) => verifications.actions.verify(id, body),
    retrieve: (id) => verifications.retrieve(id),
    list: (number) => verifications.byPhoneNumber.list(number),
    profiles: () => verifyProfiles.list({ page_size: 50 }),
    createProfile: (body) => verifyProfiles.create(body),
    retrieveProfile: (id) => verifyProfiles.retrieve(id),
    updateProfile: (id, body) => verifyProfiles.update(id, body),
    deleteProfile: (id) => verifyProfiles.delete(id),
    templates: () => verifyProfiles.retrieveTemplates(),
    lookUp: (number) => client.numberLookup.retrieve(number, { type: "carrier" }),
    webhook: (body, headers, key) => client.webhooks.unwrap(body, { headers, key }),
  };
};

const two =
  (name: string): Open =>
  (at, apiKey) => {
    const { default: Telnyx } = load(name);
    const client = new Telnyx(apiKey);
    // Its constructor ignores host, port and protocol.
    client.setHost("127.0.0.1", at.port, "http");
    // That of 2.1 says it is one of https to newer Nodes.
    client.setHttpAgent(new Agent({ keepAlive: true }));
    const { verifications, verifyProfiles } = client;
    const starts = {
      sms: (body: Values) => verifications.smsVerify(body),
      call: (body: Values) => verifications.callVerify(body),
      flashcall: (body: Values) => verifications.flashcallVerify(body),
      whatsapp: null,
    };
    return {
      start: (kind, body) => starts[kind]?.(body) ?? Promise.resolve(null),
      verifyByNumber: (number, body) => verifications.verifyByPhoneNumber(number, body),
      verify: (id, body) => (body === undefined ? verifications.verify(id) : verifications.verify(id, body)),
      retrieve: (id) => verifications.retrieve(id),
      list: (number) => verifications.listByPhoneNumber(number),
      profiles: () => verifyProfiles.list({ page: { size: 50 } }),
      createProfile: (body) => verifyProfiles.create(body),
      retrieveProfile: (id) => verifyProfiles.retrieve(id),
      updateProfile: (id, body) => verifyProfiles.update(id, body),
      deleteProfile: (id) => verifyProfiles.del(id),
      templates: () => verifyProfiles.listTemplates(),
      lookUp: (number) => client.numberLookup.retrieve(number, { type: "carrier" }),
      // It takes neither of them as the text that it is.
      webhook: async (body, headers, key) =>
        client.webhooks.constructEvent(
          body,
          Buffer.from(String(headers["telnyx-signature-ed25519"]), "base64"),
          headers["telnyx-timestamp"],
          Buffer.from(key, "base64"),
        ),
    };
  };

export const telnyxClients: readonly (readonly [string, Open])[] = [
  ["telnyx 2.0.0", two("telnyx-2.0")],
  ["telnyx 2.1.1", two("telnyx-2")],
  ["telnyx 7.24.0", seven],
];

/** An error of any of the clients as `400 10015`. */
export function errorText(error: Answer): string {
  const status = error.status ?? error.statusCode ?? error.raw?.statusCode;
  const code = (error.error?.errors ?? error.raw?.errors)?.[0]?.code;
  return `${status} ${code}`;
}
