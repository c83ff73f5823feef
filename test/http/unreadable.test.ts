import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { auditEntries } from "../../src/audit/index.ts";
import { breakSeals } from "../support/broken-seals.ts";
import { freshNumber, openInstallation } from "./installation.ts";

const rung: unknown[] = [];
const one = await openInstallation({
  meter: { count: (name, labels) => void (name === "seals_broken" && rung.push(labels?.["value"])) },
});
const { store } = one.instance;
afterAll(() => one.close());
beforeEach(() => void rung.splice(0));

const post = async (path: string, body: object) => (await one.call({ method: "POST", path, body })).json;

/** Twice, since nobody wants the same alarm with each look. */
async function list(path: string) {
  await one.call({ path });
  const answer = await one.call({ path });
  expect(answer.status).toBe(200);
  return answer.json.items;
}

/** Whose number is in a row of this verification or message. */
async function breakRecipient(table: "verification" | "message", id: string): Promise<void> {
  const row = await store.get({ table, id } as never);
  await breakSeals(store, "recipient", (row as unknown as { recipientId: string }).recipientId);
}

describe("K-3: what cannot be read is null on a list, rings once, and hides nothing else", () => {
  test("a subscriber's name and phone", async () => {
    const ids: string[] = [];
    for (const name of ["ada", "grace"]) {
      const { id } = await post("/subscribers", { name });
      await post(`/subscribers/${id}/authenticators`, { type: "phone", number: freshNumber() });
      ids.push(id);
    }
    const [ada = ""] = ids;
    await breakSeals(store, "subscriber", ada);
    const items = await list("/subscribers");
    const shown = new Map(
      items.map((each: { id: string; name: string; authenticators: { number: string }[] }) => [
        each.id,
        [each.name, each.authenticators[0]?.number ?? null],
      ]),
    );
    expect(shown.get(ada)).toEqual([null, null]);
    expect(shown.get(ids[1])).toEqual(["grace", expect.stringContaining("•")]);
    expect([...rung].sort()).toEqual(["subscribers.name", "subscribers.number"]);
    // They can enrol, and be removed.
    const app = await one.call({
      method: "POST",
      path: `/subscribers/${ada}/authenticators`,
      body: { type: "totp" },
    });
    expect(app.status).toBe(201);
    expect((await one.call({ method: "DELETE", path: `/subscribers/${ada}` })).status).toBe(204);
  });

  test("N-8: nobody is said to be erased whose number cannot be read, and that is an act that failed", async () => {
    const number = freshNumber();
    const { id } = await post("/subscribers", { name: "joan" });
    const { authenticator } = await post(`/subscribers/${id}/authenticators`, { type: "phone", number });
    await one.instance.engine.tick();
    const code = one.instance.sandbox?.phones.messages(number)[0]?.code;
    await post(`/subscribers/${id}/authenticators/${authenticator.id}/confirm`, { code });
    await breakSeals(store, "subscriber", id);
    const path = `/subscribers/${id}`;
    const erased = await one.call({ method: "DELETE", path: `${path}?erase=true` });
    expect(erased).toMatchObject({ status: 500, json: { code: "internal_error" } });
    const [entry] = await auditEntries(store, { limit: 1 });
    expect(entry).toMatchObject({ operation: "eraseSubscriber", target: id, outcome: "failed" });
    expect((await one.call({ path })).status).toBe(200);
    expect((await one.call({ method: "DELETE", path: `${path}?erase=false` })).status).toBe(204);
  });

  test("the number of a verification and of its deliveries", async () => {
    const broken = await one.start();
    const whole = await one.start();
    await breakRecipient("verification", broken.id);
    for (const path of ["/verifications", "/deliveries"]) {
      const items = await list(path);
      const to = (id: string) =>
        items.find((each: { id: string; verification?: string }) => (each.verification ?? each.id) === id).to;
      expect(to(broken.id)).toBeNull();
      expect(to(whole.id)).toContain("•");
    }
    expect(rung).toEqual(["recipients.address"]);
  });

  test("A-1: a check is answered with what it committed, and who asks for one verification is shown the rest of it", async () => {
    for (const right of [true, false]) {
      const { id, code } = await one.start();
      await breakRecipient("verification", id);
      const given = right ? code : String((Number(code) + 1) % 1_000_000).padStart(6, "0");
      const checked = await one.call({
        method: "POST",
        path: `/verifications/${id}/check`,
        body: { code: given },
      });
      const shown = await one.call({ path: `/verifications/${id}` });
      expect([checked.status, shown.status]).toEqual([right ? 200 : 422, 200]);
      expect(shown.json).toMatchObject({
        to: null,
        status: right ? "approved" : "pending",
        checks: [{ right }],
      });
      expect(checked.json).toMatchObject(right ? { to: null, status: "approved" } : { checksLeft: 4 });
      const ended = await one.call({ method: "DELETE", path: `/verifications/${id}` });
      expect(ended).toMatchObject(right ? { status: 409 } : { status: 200, json: { to: null } });
    }
    expect(rung).toEqual(["recipients.address", "recipients.address"]);
  });

  test("the number and the text of a message", async () => {
    const sent = [];
    for (const text of ["one", "two"]) sent.push(await post("/messages", { to: freshNumber(), text }));
    await breakRecipient("message", sent[0].id);
    await breakSeals(store, "message", sent[0].id);
    const items = await list("/messages");
    expect(items.map(({ id, to }: { id: string; to: string | null }) => [id, to === null])).toEqual(
      expect.arrayContaining([
        [sent[0].id, true],
        [sent[1].id, false],
      ]),
    );
    expect([...rung].sort()).toEqual(["messages.text", "recipients.address"]);
    const alone = await one.call({ path: `/messages/${sent[0].id}` });
    expect(alone).toMatchObject({ status: 200, json: { id: sent[0].id, to: null, text: null } });
  });

  test("the secret of a webhook is not looked at", async () => {
    const { id } = await post("/webhooks", { url: "https://shop.example/hooks" });
    await breakSeals(store, "endpoint", id);
    expect(await list("/webhooks")).toHaveLength(1);
  });
});
