import { Webhook } from "standardwebhooks";
import { afterAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import { answering, openReceiver } from "../webhooks/receiver.ts";
import { type Answer, openInstallation } from "./installation.ts";

const one = await openInstallation({
  realClock: systemClock(),
  webhooks: { networks: ["127.0.0.0/8"], ports: [443] },
});
afterAll(() => one.close());

const post = (path: string, body?: unknown): Promise<Answer> => one.call({ method: "POST", path, body });

async function makeWebhook(url: string, body: object = {}): Promise<Answer["json"]> {
  const made = await post("/webhooks", { url, ...body });
  expect(made.status, made.text).toBe(201);
  return made.json;
}

const settled = async (): Promise<void> => {
  await one.instance.parts.webhooks?.poll();
  await one.instance.parts.webhooks?.settled();
};

describe("W-9: webhooks by the API", () => {
  test("one is made, shown, changed, listed and removed; its secret is shown once", async () => {
    const receiver = await openReceiver();
    const made = await makeWebhook(receiver.url, { events: ["verification.*"], description: "Shop" });
    expect(made).toMatchObject({
      url: receiver.url,
      enabled: true,
      disabledReason: null,
      service: made.service,
    });
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const shown = await one.call({ path: `/webhooks/${made.id}` });
    const { secret, ...rest } = made;
    expect(shown.json).toEqual(rest);
    const changed = await one.call({
      method: "PATCH",
      path: `/webhooks/${made.id}`,
      body: { events: [], description: null, enabled: false },
    });
    expect(changed.json).toMatchObject({
      events: [],
      description: null,
      enabled: false,
      disabledReason: "asked",
    });
    const enabled = await one.call({
      method: "PATCH",
      path: `/webhooks/${made.id}`,
      body: { enabled: true },
    });
    expect(enabled.json).toMatchObject({ enabled: true, disabledAt: null, url: receiver.url });
    const listed = await one.call({ path: "/webhooks" });
    expect(listed.json.items.map(({ id }: { id: string }) => id)).toContain(made.id);
    expect(listed.text).not.toContain(secret);
    expect((await one.call({ method: "DELETE", path: `/webhooks/${made.id}` })).status).toBe(200);
    expect((await one.call({ path: `/webhooks/${made.id}` })).status).toBe(404);
  });

  test("an approval is posted, verified with the secret of the answer, and found among the events", async () => {
    const receiver = await openReceiver();
    const made = await makeWebhook(receiver.url, { events: ["verification.approved"] });
    const { id, code } = await one.start();
    await post(`/verifications/${id}/check`, { code });
    await settled();
    const [received] = receiver.received;
    expect(received?.event).toMatchObject({
      type: "verification.approved",
      data: { id, status: "approved" },
    });
    new Webhook(made.secret).verify(received?.body ?? "", received?.headers as Record<string, string>);
    const events = await one.call({ path: `/webhooks/${made.id}/events?state=received` });
    expect(events.json.items).toMatchObject([
      {
        id: received?.event.id,
        sequence: received?.event.sequence,
        posts: [{ answer: "received", status: 204 }],
      },
    ]);
    const event = await one.call({ path: `/webhooks/${made.id}/events/${received?.event.id}` });
    expect(event.json.payload).toEqual(received?.event);
    await one.call({ method: "DELETE", path: `/webhooks/${made.id}` });
  });

  test("a test says at once what the receiver made of it", async () => {
    const receiver = await openReceiver();
    const made = await makeWebhook(receiver.url, { events: ["message.*"] });
    const tested = await post(`/webhooks/${made.id}/test`);
    expect(tested.json).toMatchObject({ type: "endpoint.test", state: "received", posts: [{ status: 204 }] });
    receiver.behave(answering(500));
    const failed = await post(`/webhooks/${made.id}/test`);
    expect(failed.json).toMatchObject({ state: "waiting", posts: [{ answer: "refused", status: 500 }] });
    expect(receiver.types()).toEqual(["endpoint.test", "endpoint.test"]);
    await one.call({ method: "PATCH", path: `/webhooks/${made.id}`, body: { enabled: false } });
    expect((await post(`/webhooks/${made.id}/test`)).status).toBe(409);
    await one.call({ method: "DELETE", path: `/webhooks/${made.id}` });
  });

  test("D-16: what failed is replayed, one by one or all, with its first id", async () => {
    const receiver = await openReceiver();
    const made = await makeWebhook(receiver.url, { events: ["verification.started"] });
    receiver.behave(answering(410));
    await one.start();
    await settled();
    const gone = await one.call({ path: `/webhooks/${made.id}` });
    expect(gone.json).toMatchObject({ enabled: false, disabledReason: "gone" });
    receiver.behave(answering(204));
    await one.call({ method: "PATCH", path: `/webhooks/${made.id}`, body: { enabled: true } });
    const replayed = await post(`/webhooks/${made.id}/replay`, { since: "2020-01-01T00:00:00Z" });
    expect(replayed.json).toEqual({ replayed: 1, nextCursor: null });
    await settled();
    const [first, second] = receiver.received;
    expect(second?.event).toEqual(first?.event);
    const again = await post(`/webhooks/${made.id}/events/${first?.event.id}/replay`);
    expect(again.json).toMatchObject({ id: first?.event.id, state: "waiting" });
    await settled();
    expect(receiver.received).toHaveLength(3);
    expect((await post(`/webhooks/${made.id}/replay`, { since: "2099-01-01T00:00:00Z" })).json.replayed).toBe(
      0,
    );
    await one.call({ method: "DELETE", path: `/webhooks/${made.id}` });
  });

  test("a rotation shows the new secret once, and repeated with its Idempotency-Key not again", async () => {
    const made = await makeWebhook("http://127.0.0.1:9/");
    const asked = {
      method: "POST",
      path: `/webhooks/${made.id}/rotate`,
      body: { overlapSeconds: 60 },
      headers: { "idempotency-key": "rotate-once" },
    };
    const rotated = await one.call(asked);
    expect(rotated.json.secret).toMatch(/^whsec_/);
    expect(rotated.json.secret).not.toBe(made.secret);
    const again = await one.call(asked);
    expect(again.json.secret).toBeUndefined();
    expect(again.headers["idempotency-replayed"]).toBe("true");
    await one.call({ method: "DELETE", path: `/webhooks/${made.id}` });
  });

  test.each([
    [{ url: "https://10.0.0.1/" }, "url"],
    [{ url: "https://[::1]/" }, "url"],
    [{ url: "https://a.example/#x" }, "url"],
    [{ url: "https://a.example/", events: ["verification.won"] }, "events"],
    [{ url: "https://a.example/", secret: "whsec_short" }, "secret"],
    [{ url: "https://a.example/", description: "a\u0000b" }, "description"],
  ])("%j is refused, naming the field", async (body, field) => {
    const refused = await post("/webhooks", body);
    expect(refused).toMatchObject({ status: 422, json: { code: "request_invalid", field } });
  });

  test("an unknown service is refused, and so is the eleventh webhook of a service", async () => {
    const unknown = await post("/webhooks", { url: "https://a.example/", service: "nope" });
    expect(unknown.json.code).toBe("service_not_found");
    const made: Answer["json"][] = [];
    for (let n = 0; n < 10; n++) made.push(await makeWebhook("https://a.example/"));
    const eleventh = await post("/webhooks", { url: "https://a.example/" });
    expect(eleventh).toMatchObject({ status: 409, json: { code: "resource_conflict" } });
    for (const { id } of made) await one.call({ method: "DELETE", path: `/webhooks/${id}` });
  });

  test("W-2: another tenant's webhook and its events are not there", async () => {
    const made = await makeWebhook("https://a.example/");
    const tenant = await post("/tenants", { name: "other webhooks" });
    const key: string = tenant.json.key.key;
    const paths = ["", "/events", "/test", "/rotate", "/replay"];
    for (const path of paths) {
      const method = path === "" || path === "/events" ? "GET" : "POST";
      const answer = await one.call({ method, path: `/webhooks/${made.id}${path}`, key });
      expect(answer.status, path).toBe(404);
    }
    expect((await one.call({ path: "/webhooks", key })).json.items).toEqual([]);
    await one.call({ method: "DELETE", path: `/webhooks/${made.id}` });
  });
});
