import { afterAll, describe, expect, test } from "vitest";
import { type Answer, freshNumber, openInstallation } from "./installation.ts";

const one = await openInstallation();
afterAll(() => one.close());

const get = (path: string): Promise<Answer> => one.call({ path });

async function allOf(path: string): Promise<Answer["json"][]> {
  const items: Answer["json"][] = [];
  let cursor = "";
  do {
    const page = await get(`${path}${path.includes("?") ? "&" : "?"}limit=3${cursor}`);
    expect(page.status, page.text).toBe(200);
    expect(page.json.items.length).toBeLessThanOrEqual(3);
    items.push(...page.json.items);
    cursor = page.json.nextCursor === null ? "" : `&cursor=${encodeURIComponent(page.json.nextCursor)}`;
  } while (cursor !== "");
  return items;
}

describe("texts of one's own", () => {
  test("are sent, shown with what became of them, and listed without number and text", async () => {
    const to = freshNumber();
    const body = { to, text: "Your table is free.", clientRef: "r-1", metadata: { table: "7" } };
    const sent = await one.call({ method: "POST", path: "/messages", body });
    expect(sent).toMatchObject({ status: 201, json: { to, text: body.text, state: "queued" } });
    expect(sent.headers.location).toBe(`/api/v1/messages/${sent.json.id}`);
    await one.instance.engine.tick();
    const shown = await get(`/messages/${sent.json.id}`);
    expect(shown.json).toMatchObject({
      ...body,
      state: "accepted",
      provider: "sandbox",
      segments: 1,
      attempts: [{ provider: "sandbox", answer: "accepted" }],
    });
    const listed = await get(`/messages?to=${encodeURIComponent(to)}`);
    expect(listed.json.items).toMatchObject([{ id: sent.json.id, clientRef: "r-1", state: "accepted" }]);
    expect(listed.text).not.toContain(to);
    expect(listed.text).not.toContain(body.text);
  });

  test("W-4: repeated with its Idempotency-Key, one is sent", async () => {
    const to = freshNumber();
    const asked = {
      method: "POST",
      path: "/messages",
      body: { to, text: "once" },
      headers: { "idempotency-key": "message-once" },
    };
    const answers = await Promise.all([one.call(asked), one.call(asked), one.call(asked)]);
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    await one.instance.engine.tick();
    expect(one.instance.sandbox?.phones.messages(to)).toHaveLength(1);
  });

  test("W-16: pages hold every message once", async () => {
    const to = freshNumber();
    const ids: string[] = [];
    for (let n = 0; n < 8; n++) {
      const body = { to, text: `number ${n}` };
      ids.push((await one.call({ method: "POST", path: "/messages", body })).json.id);
    }
    const found = await allOf(`/messages?to=${encodeURIComponent(to)}`);
    expect(found.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });
});

describe("deliveries", () => {
  test("W-16: are found by number, state, channel and verification, every one once, newest first", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) {
      const { id } = await one.start();
      ids.push(id);
      await one.clock.advance(60_000);
      await one.instance.engine.tick();
    }
    const mine = (await allOf("/deliveries")).filter(({ verification }) => ids.includes(verification));
    // Each verification went on to its call.
    expect(mine.map(({ id }) => id)).toEqual([...ids].reverse().flatMap((id) => [`${id}.2`, `${id}.1`]));
    const calls = (await allOf("/deliveries?channel=voice")).filter(({ verification }) =>
      ids.includes(verification),
    );
    expect(calls.map(({ id }) => id)).toEqual([...ids].reverse().map((id) => `${id}.2`));
    const ofOne = await allOf(`/deliveries?verification=${ids[0]}`);
    expect(ofOne.map(({ id }) => id)).toEqual([`${ids[0]}.2`, `${ids[0]}.1`]);
    expect(await allOf(`/deliveries?verification=${ids[0]}&state=failed`)).toEqual([]);
    expect(await allOf("/deliveries?provider=nobody")).toEqual([]);
    const { json } = await get(`/verifications/${ids[1]}`);
    const byNumber = await allOf(`/deliveries?to=${encodeURIComponent(json.to)}`);
    expect(byNumber.map(({ verification }) => verification)).toEqual([ids[1], ids[1]]);
    expect(JSON.stringify(byNumber)).not.toContain(json.to);
  });

  test("one is shown with every attempt and its number in full, and only with the binding of its start", async () => {
    const { id } = await one.start({ binding: "browser-1" });
    const path = `/deliveries/${id}.1`;
    expect((await get(path)).status).toBe(404);
    const shown = await one.call({ path, headers: { "countersign-binding": "browser-1" } });
    expect(shown.json).toMatchObject({
      id: `${id}.1`,
      verification: id,
      state: "accepted",
      attempts: [{ provider: "sandbox" }],
    });
    expect(shown.json.to).toMatch(/^\+1415/);
    for (const wrong of [`${id}.2`, `${id}.01`, id, `${id}.1.1`, "x"]) {
      expect((await get(`/deliveries/${wrong}`)).status, wrong).toBe(404);
    }
  });
});
