import { afterAll, describe, expect, test } from "vitest";
import { openSite } from "./site.ts";

const site = await openSite();
const { approve, call, clock, freshNumber, server, visitor } = site;
afterAll(() => site.server.remove());

describe("a page without a script", () => {
  test("O-3: a number, its code, and the result; the code is asked for in one field", async () => {
    const one = visitor();
    await one.open("/two-factor");
    const number = freshNumber();
    await one.post("/two-factor/number", { country: "US", number });
    expect(one.page.text).toMatch(
      /<input class="code" id="code" name="code" type="text" autocomplete="one-time-code" inputmode="numeric" pattern="\[0-9\]\*" maxlength="6"/,
    );
    await approve(one, number);
    expect(one.page.text).toContain("Your number is verified");
  });

  test("the national form is understood with its country, and what was typed stays after a mistake", async () => {
    const one = visitor();
    await one.open("/two-factor");
    await one.post("/two-factor/number", { country: "DE", number: "0151" });
    expect(one.page.text).toContain("This is not a whole phone number");
    expect(one.page.text).toContain('value="0151"');
    expect(one.page.text).toMatch(/<option value="DE" data-code="\+49" selected>/);
    await one.post("/two-factor/number", { country: "DE", number: "0151 23456789" });
    expect(one.page.text).toContain("+49 1512 3456789");
  });

  test("F-10: without a proof of work one start an hour passes per network, and the second does not", async () => {
    const network = "2001:db8:aaaa:1";
    const one = visitor(`${network}::1`);
    await one.open("/two-factor");
    await one.post("/two-factor/number", { country: "US", number: freshNumber() });
    expect(one.page.text).toContain("Enter the code");
    const again = visitor(`${network}:ffff:1:2:3`);
    await again.open("/two-factor");
    await again.post("/two-factor/number", { country: "US", number: freshNumber() });
    expect(again.page.text).toMatch(
      /Too many attempts from your network. Try again in <bdi>60<\/bdi> minutes/,
    );
    await clock.suspend(3_600_001);
    const later = visitor(`${network}::1`);
    await later.open("/two-factor");
    await later.post("/two-factor/number", { country: "US", number: freshNumber() });
    expect(later.page.text).toContain("Enter the code");
  });
});

describe("the proof of work", () => {
  test("F-10: each start of an hour is harder than the one before", async () => {
    const asked: number[] = [];
    for (let start = 1; start <= 3; start++) {
      const one = visitor("198.51.100.7");
      await one.open("/two-factor");
      asked.push(Number(one.hidden()["challenge"]?.split(".")[1]));
      if (start === 3) break;
      await one.post("/two-factor/number", one.proven("US", freshNumber()));
      expect(one.page.text).toContain("Enter the code");
    }
    expect(asked).toEqual([50_000, 150_000, 450_000]);
  });

  test("F-10: used again, for another number, made easier, forged or too old, it is refused", async () => {
    const one = visitor();
    await one.open("/two-factor");
    const number = freshNumber();
    const right = one.proven("US", number);
    const refused = async (fields: Record<string, string>): Promise<void> => {
      await one.post("/two-factor/number", fields);
      expect(one.page.text).toContain("This page was open for too long");
    };
    await refused({ ...right, number: freshNumber() });
    await refused({ ...right, challenge: right["challenge"]?.replace(/\.\d+\./, ".1.") ?? "" });
    await refused({ ...right, challenge: `${right["challenge"]?.slice(0, -1)}!` });
    await refused({ ...right, answer: "-1" });
    await one.post("/two-factor/number", right);
    expect(one.page.text).toContain("Enter the code");
    await refused(right);
    await one.open("/two-factor");
    const old = one.proven("US", freshNumber());
    await clock.suspend(5 * 60_000);
    await refused(old);
  });

  test("F-10: sent twice at once, it starts one verification", async () => {
    const one = visitor();
    await one.open("/two-factor");
    const right = one.proven("US", freshNumber());
    const twin = visitor();
    twin.cookies = new Map(one.cookies);
    twin.page = one.page;
    await Promise.all([one.post("/two-factor/number", right), twin.post("/two-factor/number", right)]);
    const shown = [one, twin].filter((each) => each.page.text.includes("Enter the code"));
    expect(shown).toHaveLength(1);
  });
});

describe("what a page tells", () => {
  /** Everything but what differs by chance: seals and the number. */
  function masked(text: string): string {
    return text
      .replaceAll(/value="[^"]*"/g, "")
      .replaceAll(/<bdi class="number">[^<]*<\/bdi>/g, "")
      .replaceAll(/data-seconds="\d+"|\d:\d\d/g, "");
  }

  test("W-8: a number that gets nothing and one that does have the same pages, from the start to the end", async () => {
    const pages = async (number: string): Promise<string[]> => {
      const one = visitor();
      await one.open("/two-factor");
      await one.post("/two-factor/number", { country: "", number });
      const seen = [`${one.page.status} ${masked(one.page.text)}`];
      await clock.suspend(31_000);
      await one.post("/two-factor/resend");
      seen.push(masked(one.page.text));
      for (let guess = 0; guess < 5; guess++) {
        await one.post("/two-factor/code", { code: "000000" });
        seen.push(masked(one.page.text));
      }
      await one.post("/two-factor/restart");
      return seen;
    };
    const fresh = await pages(freshNumber());
    // Premium rate: refused by policy, and nothing is stored.
    expect(await pages("+19005551234")).toEqual(fresh);
    const locked = freshNumber();
    for (let round = 0; round < 2; round++) {
      const attacker = await call("POST", "/verifications", { to: locked });
      for (let guess = 0; guess < 5; guess++) {
        await call("POST", `/verifications/${attacker.json.id}/check`, { code: "000000" });
      }
      await clock.suspend(61_000);
    }
    expect((await call("POST", "/verifications", { to: locked })).json.code).toBe("recipient_locked");
    expect(await pages(locked)).toEqual(fresh);
  });

  test("A-17: two browsers with one number neither see nor burn each other's", async () => {
    const number = freshNumber();
    const [victim, stranger] = [visitor(), visitor()];
    for (const one of [victim, stranger]) {
      await one.open("/two-factor");
      await one.post("/two-factor/number", { country: "", number });
      await clock.suspend(31_000);
    }
    const messages = async (): Promise<string[]> => {
      await server.instance.engine.tick();
      return (server.instance.sandbox?.phones.messages(number) ?? [])
        .map((one) => String(one.code))
        .reverse();
    };
    const [code = ""] = await messages();
    await stranger.post("/two-factor/code", { code });
    expect(stranger.page.text).toContain("This code did not work");
    await stranger.post("/two-factor/cancel");
    await victim.post("/two-factor/code", { code });
    expect(victim.page.text).toContain("Your number is verified");
  });

  test("C-09: what cannot be a code is said to be none, and the attempts are not counted", async () => {
    const one = visitor();
    await one.open("/two-factor");
    const number = freshNumber();
    await one.post("/two-factor/number", { country: "", number });
    for (const code of ["", "12345", "abcdef", "1234567", "１２３４５"]) {
      await one.post("/two-factor/code", { code });
      expect(one.page.text).toMatch(/Enter the code that you got|The code has <bdi>6<\/bdi> digits/);
    }
    await approve(one, number);
    expect(one.page.text).toContain("Your number is verified");
  });

  test.each([
    ["Arabic", 0x0660],
    ["Persian", 0x06f0],
    ["Hindi", 0x0966],
    ["full-width", 0xff10],
  ])("C-09: %s digits are read as they are meant", async (_name, zero) => {
    const one = visitor();
    await one.open("/two-factor");
    const number = freshNumber();
    await one.post("/two-factor/number", { country: "", number });
    const code = await site.codeFor(number);
    const typed = [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");
    await one.post("/two-factor/code", { code: typed });
    expect(one.page.text).toContain("Your number is verified");
  });

  test("a code of letters is asked for as letters, and taken in any case", async () => {
    const service = await site.serviceWith({ anonymous: true }, { policy: { alphabet: "letters" } });
    const one = visitor();
    await one.open(`/two-factor?service=${service}`);
    const number = freshNumber();
    await one.post("/two-factor/number", { country: "", number });
    expect(one.page.text).toMatch(
      /id="code"[^>]* autocapitalize="characters" spellcheck="false" maxlength="6"/,
    );
    expect(one.page.text).not.toContain("numeric");
    const code = await site.codeFor(number);
    await one.post("/two-factor/code", { code: ` ${code.toLowerCase()} ` });
    expect(one.page.text).toContain("Your number is verified");
  });
});
