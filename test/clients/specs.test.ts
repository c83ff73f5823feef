import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { beforeEach, describe, expect, test } from "vitest";
import type { OutgoingMessage, Provider } from "../../src/delivery/index.ts";
import { createFlowrouteProvider } from "../../src/providers/flowroute/index.ts";
import { createTelnyxProvider } from "../../src/providers/telnyx/index.ts";
import { createVonageProvider } from "../../src/providers/vonage/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { standinAccounts } from "../../src/standins/index.ts";
import { signedPost } from "../../src/standins/telnyx/signature.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { standinVendors } from "../standins/accounts.ts";
import { load, needsClients } from "./vendors.ts";

/** A folder of the vendors' own API descriptions, which are not ours to give away. */
const folder = process.env["VENDOR_SPECS"] ?? "";

needsClients();
beforeEach((context) => {
  if (!existsSync(join(folder, "telnyx")))
    context.skip("VENDOR_SPECS names no folder with the vendors' API descriptions");
});

interface Sent {
  readonly url: string;
  readonly body: string;
}

const clock = createFakeClock();
const callbackUrl = (reference: string): string => `https://verify.example.com/callbacks/x/${reference}`;

/** A network that takes down what would have been sent. */
function recorder() {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (url, options) => {
    sent.push({ url: String(url), body: String(options?.body) });
    return new Response("{}");
  };
  return { sent, parts: { clock, fetch, callbackUrl } };
}

function message(channel: "sms" | "voice"): OutgoingMessage {
  const text = channel === "sms" ? "123456 is your Acme code." : "Your Acme code is: 1, 2, 3, 4, 5, 6.";
  const reference = "019a0000-0000-7000-8000-000000000001.1";
  const registration = { entityId: "1101456789012345678", templateId: "1107456789012345678" };
  const to = "+12065550177";
  return { reference, channel, to, text, code: "123456", locale: "en", brand: "Acme", registration };
}

async function bodyOf(provider: Provider, sent: readonly Sent[], channel: "sms" | "voice"): Promise<string> {
  await provider.send(message(channel), new AbortController().signal);
  return sent.at(-1)?.body ?? "";
}

function vendor(name: string) {
  const found = standinVendors.find((one) => one.name === name);
  if (found === undefined) throw new TypeError(name);
  return found;
}

/** What the description of an operation says about a body; forms are text, which is read as what is asked for. */
function problemsOf(file: string, path: string, type: string, given: unknown): unknown {
  const text = readFileSync(join(folder, file), "utf8");
  const document = file.endsWith(".yml") ? load("yaml").parse(text) : JSON.parse(text);
  // Vonage's alternatives overlap, so that its own examples match several of them.
  const schema = JSON.parse(JSON.stringify(document).replaceAll('"oneOf"', '"anyOf"'));
  const isForm = type.includes("form");
  const Ajv = load("ajv/dist/2020").default;
  const ajv = new Ajv({
    strict: false,
    validateFormats: false,
    coerceTypes: isForm ? "array" : false,
    logger: false,
  });
  ajv.addSchema({ ...schema, $id: "https://spec.example/doc" });
  const pointer = ["paths", path, "post", "requestBody", "content", type, "schema"]
    .map((one) => encodeURIComponent(one.replaceAll("~", "~0").replaceAll("/", "~1")))
    .join("/");
  const validate = ajv.compile({ $ref: `https://spec.example/doc#/${pointer}` });
  return validate(given) ? null : validate.errors;
}

const json = "application/json";
const form = "application/x-www-form-urlencoded";

describe("what we send is what the vendors describe", () => {
  test("Telnyx: texts, calls, and what is said on them", async () => {
    const { sent, parts } = recorder();
    const provider = vendor("telnyx").provider("https://x", parts);
    const text = JSON.parse(await bodyOf(provider, sent, "sms"));
    expect(problemsOf("telnyx/telnyx-messages.json", "/messages", json, text)).toBeNull();
    expect(problemsOf("telnyx/telnyx-messages.json", "/messages", json, { ...text, to: 1 })).not.toBeNull();
    const call = JSON.parse(await bodyOf(provider, sent, "voice"));
    expect(problemsOf("telnyx/telnyx-calls.json", "/calls", json, call)).toBeNull();
    expect(
      problemsOf("telnyx/telnyx-calls.json", "/calls", json, { ...call, from: undefined }),
    ).not.toBeNull();
    const payload = { call_control_id: "v3:x", client_state: call.client_state };
    const event = { data: { id: "e1", event_type: "call.answered", payload } };
    const signed = signedPost({ clock }, "https://x", event);
    const request = { method: "POST", reference: null, ...signed };
    await provider.readCallback?.(request, new AbortController().signal);
    const actions = "/calls/{call_control_id}/actions";
    const said = sent.filter((one) => one.url.endsWith("/actions/speak"));
    expect(said).not.toHaveLength(0);
    for (const { body } of said) {
      expect(problemsOf("telnyx/telnyx-calls.json", `${actions}/speak`, json, JSON.parse(body))).toBeNull();
    }
  });

  test("Telnyx: a text from a name, with the messaging profile", async () => {
    const { sent, parts } = recorder();
    const { telnyx } = standinAccounts;
    const settings = { ...telnyx, apiKey: new Secret("x"), from: "Acme", calls: null, url: "https://x" };
    const body = JSON.parse(await bodyOf(createTelnyxProvider(settings, parts), sent, "sms"));
    expect(problemsOf("telnyx/telnyx-messages.json", "/messages", json, body)).toBeNull();
  });

  test("Vonage: the SMS API, the Messages API, and calls with their script", async () => {
    const { vonage } = standinAccounts;
    const { sent, parts } = recorder();
    const sms = vendor("vonage").provider("https://x", parts);
    const fields = Object.fromEntries(new URLSearchParams(await bodyOf(sms, sent, "sms")));
    const credentials = { api_key: "abcd1234", api_secret: "abcdef0123456789" };
    const smsFile = "vonage/openapi-2021/sms.yml";
    expect(problemsOf(smsFile, "/{format}", form, { ...fields, ...credentials })).toBeNull();
    const call = JSON.parse(await bodyOf(sms, sent, "voice"));
    expect(problemsOf("vonage/openapi-2021/voice.yml", "/", json, call)).toBeNull();
    expect(problemsOf("vonage/openapi-2021/voice.yml", "/", json, { ...call, to: "x" })).not.toBeNull();
    const { definitions, ...ncco } = JSON.parse(
      readFileSync(join(folder, "vonage/openapi-2021/ncco-schema.json"), "utf8"),
    );
    const script = new (load("ajv/dist/2020").default)({ strict: false, validateFormats: false });
    const isScript = script.compile({ ...ncco, $schema: undefined, definitions });
    expect(isScript(call.ncco)).toBe(true);
    expect(isScript([{ action: "talk" }])).toBe(false);
    const settings = {
      ...vonage,
      apiSecret: new Secret("x"),
      from: vonage.number,
      api: "messages" as const,
      application: null,
      voiceFrom: null,
      signatureSecret: null,
      signature: "sha256" as const,
      smsUrl: "https://x",
      url: "https://x",
    };
    const body = JSON.parse(await bodyOf(createVonageProvider(settings, parts), sent, "sms"));
    expect(problemsOf("vonage/messages-1.11.0.json", "/v1/messages", json, body)).toBeNull();
    const wrong = { ...body, to: "+44 20" };
    expect(problemsOf("vonage/messages-1.11.0.json", "/v1/messages", json, wrong)).not.toBeNull();
  });

  test("Twilio: texts and calls", async () => {
    const { sent, parts } = recorder();
    const provider = vendor("twilio").provider("https://x", parts);
    const file = "twilio/twilio_api_v2010_messages_calls.json";
    const fieldsOf = (body: string) => {
      const given = new URLSearchParams(body);
      return Object.fromEntries(
        [...new Set(given.keys())].map((name) => {
          const values = given.getAll(name);
          return [name, values.length === 1 ? values[0] : values];
        }),
      );
    };
    const base = "/2010-04-01/Accounts/{AccountSid}";
    const text = fieldsOf(await bodyOf(provider, sent, "sms"));
    expect(problemsOf(file, `${base}/Messages.json`, form, text)).toBeNull();
    expect(problemsOf(file, `${base}/Messages.json`, form, { Body: "x" })).not.toBeNull();
    const call = fieldsOf(await bodyOf(provider, sent, "voice"));
    expect(problemsOf(file, `${base}/Calls.json`, form, call)).toBeNull();
    expect(problemsOf(file, `${base}/Calls.json`, form, { ...call, Timeout: "soon" })).not.toBeNull();
  });

  test("Flowroute: texts by v2.1", async () => {
    const { flowroute } = standinAccounts;
    const { sent, parts } = recorder();
    const settings = { ...flowroute, secretKey: new Secret("x"), from: flowroute.number, url: "https://x" };
    const provider = createFlowrouteProvider({ ...settings, version: "v2.1" }, parts);
    const body = JSON.parse(await bodyOf(provider, sent, "sms"));
    const type = "application/vnd.api+json";
    expect(problemsOf("flowroute/flowroute-messages.json", "/v2.1/messages", type, body)).toBeNull();
  });
});
