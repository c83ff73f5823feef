import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { type TestServer, testServer, withKey } from "../server/support.ts";
import { Visitor } from "./visitor.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
type Json = any;

/** Registered at every service that a link is made for. */
export const returnUrl = "https://app.example.com/verified?from=countersign";

/** A server with pages, on a fake clock, and the people and applications around it. */
export interface Site {
  readonly server: TestServer;
  readonly clock: FakeClock;
  /** Each from a network of its own, unless one is given. */
  visitor(address?: string): Visitor;
  freshNumber(): string;
  /** A request with the first key. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; json: Json }>;
  /** Makes a service and answers with its name. */
  serviceWith(page: Record<string, unknown>, more?: Record<string, unknown>): Promise<string>;
  /** A link to a page that leads back to `returnUrl`. */
  linkTo(body?: Record<string, unknown>): Promise<string>;
  /** The newest code on a virtual phone. */
  codeFor(number: string): Promise<string>;
  approve(one: Visitor, number: string): Promise<void>;
}

export async function openSite(settings: Readonly<Record<string, string>> = {}): Promise<Site> {
  const clock = createFakeClock();
  const server = await testServer({ TRUSTED_PROXIES: "127.0.0.1,::1", ...settings }, { clock });
  let made = 0;

  async function call(method: string, path: string, body?: unknown): Promise<{ status: number; json: Json }> {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: withKey(server.key),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status } = response;
    return { status, json: status === 204 ? null : await response.json() };
  }

  async function created(path: string, body: unknown): Promise<Json> {
    const { status, json } = await call("POST", path, body);
    if (status !== 201) throw new Error(JSON.stringify(json));
    return json;
  }

  async function serviceWith(
    page: Record<string, unknown>,
    more: Record<string, unknown> = {},
  ): Promise<string> {
    made += 1;
    return (await created("/services", { name: `s${made}`, page, ...more })).name as string;
  }

  async function codeFor(number: string): Promise<string> {
    await server.instance.engine.tick();
    // Notices of the account go there as well, and hold none.
    const messages = server.instance.sandbox?.phones.messages(number) ?? [];
    return String(messages.find(({ code }) => code !== null)?.code);
  }

  return {
    server,
    clock,
    call,
    serviceWith,
    codeFor,
    visitor(address) {
      made += 1;
      return new Visitor(server.url, address ?? `2001:db8:0:${made.toString(16)}::1`);
    },
    freshNumber() {
      made += 1;
      return `+1415555${1_000 + made}`;
    },
    async linkTo(body = {}) {
      const service = await serviceWith({ returnUrls: [returnUrl] });
      const asked = { service, returnUrl, state: "state-1", subject: "user-1", ...body };
      return (await created("/pages", asked)).url as string;
    },
    async approve(one, number) {
      await one.post("/two-factor/code", { code: await codeFor(number) });
    },
  };
}
