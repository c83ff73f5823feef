import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { open, to } from "../library/open.ts";
import { listen } from "./hosts.ts";
import { mounted } from "./mounted.ts";

const start = "/api/v1/verifications";

describe.each(["express 5", "express 4", "koa 3"] as const)("behind the body parsers of %s", (name) => {
  test("a body that was parsed already is read again, and the request does not hang", async () => {
    const { post, ask, countersign } = await mounted(name, { parsesBodies: true });
    const started = await post(start, { to, metadata: { name: "Zoë" } });
    expect(started.status, started.text).toBe(201);
    const { id, metadata } = JSON.parse(started.text);
    expect(metadata).toEqual({ name: "Zoë" });
    const headers = { authorization: `Bearer ${countersign.firstKey}` };
    // Without a body, with a type or without.
    expect((await ask(`${start}/${id}/resend`, { method: "POST", headers })).status).toBe(429);
    const typed = { ...headers, "content-type": "application/json" };
    expect((await ask(`${start}/${id}/resend`, { method: "POST", headers: typed })).status).toBe(429);
    const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
    expect((await ask(start, { method: "POST", headers: form, body: "to=1&to=2" })).status).toBe(415);
    expect((await post(start, { to, unknown: 1 })).status).toBe(422);
    expect((await ask("/api/v1/own")).text).toBe("own");
  });
});

describe("a body that was read and not kept", () => {
  test("is an error of the host's, which says how to mount, and no request that hangs", async () => {
    const errors: unknown[] = [];
    const { default: express } = await import("express");
    const { mountExpress } = await import("../../src/mounts/express.ts");
    const { countersign } = await open();
    const app = express();
    app.use((request, _response, next) => {
      request.resume();
      request.once("end", () => next());
    });
    app.use(mountExpress(countersign));
    app.use((cause: unknown, _request: unknown, response: ServerResponse, _next: unknown) => {
      errors.push(cause);
      response.writeHead(500).end();
    });
    const { port, close } = await listen(app);
    onTestFinished(close);
    const answer = await fetch(`http://127.0.0.1:${port}${start}`, { method: "POST", body: "{}" });
    expect(answer.status).toBe(500);
    expect(String(errors[0])).toContain("mount Countersign before what reads bodies");
  });

  test.each(["express 5", "express 4", "koa 3"] as const)(
    "W-10: nor is a carrier's callback believed whose bytes a parser of %s has taken",
    async (name) => {
      const errors: unknown[] = [];
      const form = { "content-type": "application/x-www-form-urlencoded" };
      const body = "MessageSid=SM1&MessageStatus=delivered";
      const sent = { method: "POST", headers: form, body };
      const parsed = await mounted(name, { parsesBodies: true, onError: (cause) => void errors.push(cause) });
      const { status } = await parsed.ask("/callbacks/twilio", sent);
      // The parser of Koa keeps the text, so that there the signature can be looked at.
      if (name === "koa 3") expect([status, errors]).toEqual([404, []]);
      else {
        expect(status).toBe(500);
        expect(String(errors[0])).toContain(
          "mount Countersign before what reads bodies, or keep their bytes",
        );
      }
      // Without a carrier of this name there is nothing, however the body comes.
      expect((await (await mounted(name)).ask("/callbacks/twilio", sent)).status).toBe(404);
    },
  );

  test("in Fastify it is the host's error as well, and no reply that never comes; bytes that a hook keeps are read", async () => {
    const { default: Fastify } = await import("fastify");
    const { mountFastify } = await import("../../src/mounts/fastify.ts");
    const { countersign } = await open();
    const app = Fastify();
    app.addHook("preParsing", async (request, _reply, payload) => {
      const chunks: Buffer[] = [];
      for await (const chunk of payload) chunks.push(Buffer.from(chunk));
      if (request.headers["x-kept"] === "yes") Object.assign(request, { rawBody: Buffer.concat(chunks) });
      return payload;
    });
    app.setErrorHandler((cause, _request, reply) => reply.code(500).send(String(cause)));
    await app.register(mountFastify(countersign));
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => app.close());
    const headers = {
      authorization: `Bearer ${countersign.firstKey}`,
      "content-type": "application/json",
    };
    const asked = { method: "POST", body: JSON.stringify({ to }) };
    const lost = await fetch(`${address}${start}`, { ...asked, headers });
    expect(lost.status).toBe(500);
    expect(await lost.text()).toContain("mount Countersign before what reads bodies");
    const kept = await fetch(`${address}${start}`, { ...asked, headers: { ...headers, "x-kept": "yes" } });
    expect(kept.status).toBe(201);
  });

  test("a web request whose body was read is refused the same way", async () => {
    const { mountWeb } = await import("../../src/mounts/web.ts");
    const { countersign } = await open();
    const handle = mountWeb(countersign);
    const request = new Request(`http://localhost${start}`, { method: "POST", body: "{}" });
    await request.text();
    await expect(handle(request)).rejects.toThrow("hand it over first, or give it a clone");
    expect(await handle(new Request("http://localhost/elsewhere"))).toBeNull();
  });

  test("C-48: a web request comes from the address that is handed over with it, else from nowhere", async () => {
    const { mountWeb } = await import("../../src/mounts/web.ts");
    const { countersign } = await open();
    const handle = mountWeb(countersign, { clientAddress: () => "203.0.113.7" });
    const phones = (): Request => new Request("http://localhost/sandbox/api/phones");
    expect((await handle(phones(), "127.0.0.1"))?.status).toBe(200);
    expect((await handle(phones()))?.status).toBe(404);
    expect((await mountWeb(countersign)(phones()))?.status).toBe(404);
    // What Next.js hands over beside a request is no address.
    expect((await handle(phones(), { params: {} } as unknown as string))?.status).toBe(404);
  });
});
