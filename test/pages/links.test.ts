import { afterAll, describe, expect, test } from "vitest";
import { openSite, returnUrl } from "./site.ts";

const site = await openSite();
const { approve, call, clock, freshNumber, linkTo, server, serviceWith, visitor } = site;
afterAll(() => site.server.remove());

describe("a link of a host application", () => {
  test("W-14: leads back with a ticket and the state, and the ticket tells once who proved what", async () => {
    const one = visitor();
    await one.open(new URL(await linkTo({ purpose: "login" })).href);
    const number = freshNumber();
    await one.post("/two-factor/number", { country: "", number });
    await approve(one, number);
    const back = new URL(one.page.location ?? "");
    expect(back.origin + back.pathname).toBe("https://app.example.com/verified");
    expect(back.searchParams.get("from")).toBe("countersign");
    expect(back.searchParams.get("state")).toBe("state-1");
    expect([...back.searchParams.keys()].sort()).toEqual(["from", "state", "ticket"]);
    const ticket = back.searchParams.get("ticket");
    const redeemed = await call("POST", "/tickets/redeem", { ticket });
    expect(redeemed).toMatchObject({
      status: 200,
      json: { purpose: "login", subject: "user-1", to: number, approvedAt: expect.stringMatching(/Z$/) },
    });
    expect(await call("POST", "/tickets/redeem", { ticket })).toMatchObject({
      status: 422,
      json: { code: "ticket_invalid" },
    });
  });

  test("W-8: what would lead nowhere is said to the caller, since the page tells nobody", async () => {
    const service = await site.serviceWith({ returnUrls: [returnUrl] });
    const wrong = [
      [{ purpose: "Sign Up" }, 422, "request_invalid"],
      [{ to: "+19005551234" }, 422, "number_not_allowed"],
      [{ to: "12" }, 422, "number_invalid"],
    ] as const;
    for (const [body, status, code] of wrong) {
      const answer = await site.call("POST", "/pages", { service, returnUrl, ...body });
      expect([answer.status, answer.json.code]).toEqual([status, code]);
    }
  });

  test("C-14: the number that the host application chose is verified, and no other can be", async () => {
    const number = freshNumber();
    const one = visitor();
    await one.open(await linkTo({ to: number }));
    expect(one.page.text).not.toContain(number);
    expect(one.page.text).not.toContain('name="number"');
    await one.post("/two-factor/number", { country: "", number: freshNumber() });
    await approve(one, number);
    const ticket = new URL(one.page.location ?? "").searchParams.get("ticket");
    expect((await call("POST", "/tickets/redeem", { ticket })).json.to).toBe(number);
  });

  test("works for the first browser that starts with it, and for no second", async () => {
    const url = await linkTo();
    const [one, other] = [visitor(), visitor()];
    await one.open(url);
    await other.open(url);
    await one.post("/two-factor/number", { country: "", number: freshNumber() });
    expect(one.page.text).toContain("Enter the code");
    await other.post("/two-factor/number", { country: "", number: freshNumber() });
    expect(other.page.text).not.toContain("Enter the code");
    await one.post("/two-factor/restart");
    await one.post("/two-factor/number", { country: "", number: freshNumber() });
    expect(one.page.text).toContain("Enter the code");
  });

  test("is refused when it is changed or older than 15 minutes", async () => {
    const url = await linkTo();
    expect((await visitor().open(`${url.slice(0, -8)}AAAAAAAA`)).status).toBe(410);
    expect((await visitor().open(url)).status).toBe(200);
    await clock.suspend(15 * 60_000);
    expect((await visitor().open(url)).status).toBe(410);
  });

  test("leads back without a ticket when the person cancels", async () => {
    const one = visitor();
    await one.open(await linkTo());
    await one.post("/two-factor/cancel");
    expect(one.page.location).toBe(`${returnUrl}&outcome=canceled&state=state-1`);
  });

  test("W-14: a return address is one of the registered ones, letter by letter", async () => {
    const service = await serviceWith({ returnUrls: ["https://app.example.com/verified"], anonymous: true });
    const wrong = [
      "//evil.example",
      "\\\\evil.example",
      "https:evil.example",
      "/\\evil.example",
      "https://app.example.com@evil.example/verified",
      "https://user@app.example.com/verified",
      "https://app.example.com.evil.example/verified",
      "https://app.example.com/verified/",
      "https://app.example.com/verified?",
      "https://app.example.com/verified#",
      "https://app.example.com/verified?next=https://evil.example",
      "https://APP.example.com/verified",
      "https://app.example.com:443/verified",
      "https://app.example.com\t/verified",
      "https://app.exаmple.com/verified",
      "http://app.example.com/verified",
      "javascript:alert(1)",
      "data:text/html,x",
      " https://app.example.com/verified",
    ];
    for (const url of wrong) {
      const made = await call("POST", "/pages", { service, returnUrl: url });
      expect([url, made.status, made.json.field]).toEqual([url, 422, "returnUrl"]);
      const opened = await visitor().open(
        `/two-factor?service=${service}&return_url=${encodeURIComponent(url)}`,
      );
      expect([url, opened.status]).toEqual([url, 404]);
    }
    const right = encodeURIComponent("https://app.example.com/verified");
    expect((await visitor().open(`/two-factor?service=${service}&return_url=${right}`)).status).toBe(200);
  });

  test("a page is open to all only where the service says so", async () => {
    const closed = await serviceWith({ anonymous: false });
    expect((await visitor().open(`/two-factor?service=${closed}`)).status).toBe(404);
    const opened = await serviceWith({ anonymous: true }, { brand: "Example Bank" });
    const page = await visitor().open(`/two-factor?service=${opened}`);
    expect(page.text).toContain("Example Bank");
  });

  test("a service whose workflow begins with a call sends a message first to whom no key vouched for", async () => {
    const service = await serviceWith(
      { anonymous: true },
      { policy: { workflow: [{ channel: "voice", waitSeconds: 120 }] } },
    );
    const one = visitor();
    await one.open(`/two-factor?service=${service}`);
    const number = freshNumber();
    await one.post("/two-factor/number", { country: "", number });
    await server.instance.engine.tick();
    expect(server.instance.sandbox?.phones.messages(number).map((each) => each.channel)).toEqual(["sms"]);
    await clock.suspend(31_000);
    await one.post("/two-factor/call");
    await server.instance.engine.tick();
    expect(server.instance.sandbox?.phones.messages(number).map((each) => each.channel)).toContain("voice");
  });
});
