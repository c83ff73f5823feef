import { Agent } from "node:http";
import type { FacadeInstallation } from "../facades/installation.ts";
import { errorText } from "./telnyx-clients.ts";
import { type Answer, load } from "./vonage-clients.ts";

export interface Text {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** What came of a text in the words of its vendor: a status of Vonage, or HTTP status and code of the others. */
export interface Sent {
  readonly said: string;
  readonly ids: readonly string[];
}

/** What programs that send texts of their own do with the vendors' clients. */
export interface TextClient {
  send(text: Text): Promise<Sent>;
  /** How a text fares that was sent; absent where the client cannot ask. */
  readonly look?: (id: string) => Promise<string>;
}

export type OpenText = (
  at: Pick<FacadeInstallation, "url" | "port">,
  key: FacadeInstallation["key"],
) => TextClient;

function entries(messages: readonly Answer[]): Sent {
  return {
    said: messages.map((one) => one.status).join(" "),
    ids: messages.map((one) => one["message-id"]),
  };
}

const callbacks =
  (name: string): OpenText =>
  (at, { vonage: { apiKey, apiSecret } }) => {
    const host = "127.0.0.1";
    const client = new (load(name))({ apiKey, apiSecret }, { apiHost: host, restHost: host, port: at.port });
    return {
      send: ({ from, to, text }) =>
        new Promise((resolve, reject) => {
          client.message.sendSms(from, to, text, { type: "unicode" }, (error: unknown, answer: Answer) =>
            error ? reject(error) : resolve(entries(answer.messages)),
          );
        }),
    };
  };

const sdk =
  (name: string): OpenText =>
  (at, { vonage: { apiKey, apiSecret } }) => {
    const { Vonage } = load(name);
    const client = new Vonage({ apiKey, apiSecret }, { apiHost: at.url, restHost: at.url });
    return {
      send: (text) =>
        client.sms.send(text).then(
          (answer: Answer) => entries(answer.messages),
          // It throws where a part was refused, with the answer beside the error.
          (error: Answer) => entries(error.response.messages),
        ),
    };
  };

interface TelnyxMessages {
  send(body: Text): Promise<Answer>;
  retrieve(id: string): Promise<Answer>;
}

function ofTelnyx(messages: TelnyxMessages): TextClient {
  return {
    send: (text) =>
      messages.send(text).then(
        ({ data }) => ({ said: data.to[0].status, ids: [data.id] }),
        (error: unknown) => ({ said: errorText(error), ids: [] }),
      ),
    look: async (id) => (await messages.retrieve(id)).data.to[0].status,
  };
}

const telnyxTwo =
  (name: string): OpenText =>
  (at, { telnyx: { apiKey } }) => {
    const loaded = load(name);
    const client = new (loaded.default ?? loaded)(apiKey);
    client.setHost("127.0.0.1", at.port, "http");
    // That of 2.1 takes the options of the https agent, which Node 24 refuses for http.
    client.setHttpAgent(new Agent());
    const { messages } = client;
    return ofTelnyx({ send: (body) => messages.create(body), retrieve: (id) => messages.retrieve(id) });
  };

const telnyxSeven: OpenText = (at, { telnyx: { apiKey } }) => {
  const { default: Telnyx } = load("telnyx");
  return ofTelnyx(new Telnyx({ apiKey, baseURL: `${at.url}/v2`, maxRetries: 0 }).messages);
};

/** As the vendor's own client of v2 sends it; that is in no registry. */
const flowrouteTwo: OpenText = (at, { flowroute: { accessKey, secretKey } }) => {
  const ask = async (path: string, body?: object) => {
    const http = await fetch(`${at.url}/v2${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${accessKey}:${secretKey}`).toString("base64")}`,
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Flowroute Messaging SDK 1.0",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { http, body: (await http.json()) as Answer };
  };
  return {
    async send({ from, to, text }) {
      const { http, body } = await ask("/messages", { to, from, content: text });
      return { said: String(http.status), ids: http.ok ? [body.data.id] : [] };
    },
    look: async (id) => (await ask(`/messages/${id}`)).body.data.attributes.direction,
  };
};

export type Vendor = "vonage" | "telnyx" | "flowroute";

export const textClients: readonly (readonly [string, Vendor, OpenText])[] = [
  ["nexmo 2.8.0", "vonage", callbacks("nexmo-2.8")],
  ["nexmo 2.9.1", "vonage", callbacks("nexmo")],
  ["@vonage/server-sdk 2.11.3", "vonage", callbacks("vonage-2")],
  ["@vonage/server-sdk 3.27.0", "vonage", sdk("vonage-3.27")],
  ["@vonage/server-sdk 3.30.1", "vonage", sdk("@vonage/server-sdk")],
  ["telnyx 2.0.0", "telnyx", telnyxTwo("telnyx-2.0")],
  ["telnyx 2.1.1", "telnyx", telnyxTwo("telnyx-2")],
  ["telnyx 7.24.0", "telnyx", telnyxSeven],
  ["Flowroute, v2", "flowroute", flowrouteTwo],
];
