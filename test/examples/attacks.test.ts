import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type Application,
  address,
  codeOf,
  examples,
  manifestOf,
  names,
  run,
  Visitor,
  wrong,
} from "./application.ts";

const timeout = 60_000;
const [ada, eve] = ["+14155550160", "+14155550161"];

/** An application with a form for the number and a form for the code. */
interface Form {
  readonly name: string;
  readonly brand: string;
  readonly send: string;
  readonly check: string;
  readonly done: string;
}

const forms: readonly Form[] = [
  { name: "express-sms", brand: "Kiosk", send: "/send", check: "/check", done: "is yours" },
  { name: "express-verify", brand: "Club", send: "/number", check: "/code", done: "Welcome" },
  { name: "koa-verify", brand: "Clinic", send: "/send", check: "/check", done: "is yours" },
];

interface Started {
  readonly app: Application;
  visitor(): Visitor;
  codeFor(one: Visitor, to: string): Promise<string>;
}

async function started({ name, brand, send }: Form, environment = {}): Promise<Started> {
  const app = run(name, { environment });
  const base = await app.printed(address);
  return {
    app,
    visitor: () => new Visitor(base),
    async codeFor(one, to) {
      expect((await one.visit(send, { to })).status).toBe(200);
      return await app.printedNext(codeOf(brand));
    },
  };
}

describe.each(forms)("the tutorials' mistakes against $name", { timeout }, (form) => {
  const { check, send, done } = form;

  test("M-01: the code of one number verifies no other, and counts as a wrong guess", async () => {
    const { visitor, codeFor } = await started(form);
    const [a, b] = [visitor(), visitor()];
    const code = await codeFor(a, ada);
    await codeFor(b, eve);
    expect((await b.visit(check, { code })).text).toContain("4 tries left");
    expect((await a.visit(check, { code })).text).toContain(done);
  });

  test("M-02: names that every object has are no codes and no sessions", async () => {
    const { visitor, codeFor } = await started(form);
    const one = visitor();
    await codeFor(one, ada);
    for (const code of ["constructor", "toString", "__proto__", "hasOwnProperty", "", "undefined"]) {
      const answer = await one.visit(check, { code });
      expect([code, answer.status, answer.text.includes(done)]).toEqual([code, 422, false]);
    }
    expect((await one.visit(check, { "code[$ne]": "1", "__proto__[code]": "1" })).status).toBe(422);
    for (const name of ["constructor", "__proto__"]) {
      const other = visitor();
      other.cookies.set("sid", name);
      expect((await other.visit(check, { code: "123456" })).text).not.toContain(done);
    }
  });

  test("M-04, M-14: a code works for five minutes, and a second message waits its time", async () => {
    const { app, visitor, codeFor } = await started(form);
    const one = visitor();
    const code = await codeFor(one, ada);
    const again = await visitor().visit(send, { to: ada });
    expect(again.status).toBeGreaterThanOrEqual(400);
    app.later();
    await app.printed(/later by 300000 ms/);
    const late = await one.visit(check, { code });
    expect([late.status, late.text.includes(done)]).toEqual([422, false]);
  });

  test("M-05: of two hundred guesses at once five are looked at, and then the right code is too late", async () => {
    const { visitor, codeFor } = await started(form);
    const one = visitor();
    const code = await codeFor(one, ada);
    const guess = wrong(code);
    const answers = await Promise.all(Array.from({ length: 200 }, () => one.visit(check, { code: guess })));
    const counted = answers.filter(({ text }) => /\d tries left/.test(text));
    expect(counted).toHaveLength(4);
    expect((await one.visit(check, { code })).text).not.toContain(done);
  });

  test("M-07, M-08: spellings of one number share its limits, and no number that cannot be is taken", async () => {
    const { visitor, codeFor } = await started(form);
    await codeFor(visitor(), ada);
    for (const to of [
      "+1 415 555 0160",
      "+1 (415) 555-0160",
      "tel:+14155550160",
      "+１４１５５５５０１６０",
    ]) {
      expect([to, (await visitor().visit(send, { to })).status]).toEqual([to, expect.any(Number)]);
      expect((await visitor().visit(send, { to })).status).toBeGreaterThanOrEqual(400);
    }
    for (const to of [
      "14155550160",
      "12345678901",
      "+1415555016",
      "+19005551234",
      "+870773111632",
      "x",
      "",
    ]) {
      expect([to, (await visitor().visit(send, { to })).status]).toEqual([to, 422]);
    }
  });

  test("M-10: what a form says about id and number changes nothing; another browser gets nowhere", async () => {
    const { visitor, codeFor } = await started(form);
    const [victim, attacker] = [visitor(), visitor()];
    const theirs = await codeFor(victim, ada);
    const own = await codeFor(attacker, eve);
    const forged = { code: own, id: "0", to: ada, sid: victim.cookies.get("sid") ?? "" };
    const answer = await attacker.visit(check, forged);
    expect(answer.text).not.toContain(ada);
    expect((await visitor().visit(check, { code: theirs, to: ada })).text).not.toContain(done);
    expect((await victim.visit(check, { code: own })).text).not.toContain(done);
    expect((await victim.visit(check, { code: theirs })).text).toContain(done);
    // C-04: once.
    expect((await victim.visit(check, { code: theirs })).text).not.toContain(done);
  });
});

describe("the tutorials' mistakes against single examples", { timeout }, () => {
  const [sms, verify] = forms as readonly [Form, Form, Form];

  test("M-03: codes of four characters are refused, whatever the settings say", async () => {
    const app = run("express-sms", { environment: { CODE_LENGTH: "4", CODE_ALPHABET: "hex" } });
    await expect.poll(() => app.errors()).toContain("CODE_LENGTH: allowed is 6 to 10");
  });

  test("M-06: after kill -9 between start and check, the code still works", async () => {
    const first = run("fastify-api");
    const key = await first.printed(/API key: (\S+)/);
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const post = (base: string, path: string, body: object): Promise<Response> =>
      fetch(`${base}/verify${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const base = await first.printed(address);
    const { id } = (await (await post(base, "/api/v1/verifications", { to: ada })).json()) as { id: string };
    const phone = async (): Promise<string | undefined> => {
      const answer = await fetch(`${base}/verify/sandbox/api/phones/${ada}/messages`);
      return ((await answer.json()) as { messages: { code?: string }[] }).messages[0]?.code;
    };
    await expect.poll(phone).toMatch(/^\d{6}$/);
    const code = await phone();
    await first.kill();
    const second = run("fastify-api", { folder: first.folder });
    const checked = await post(await second.printed(address), `/api/v1/verifications/${id}/check`, { code });
    expect(checked.status).toBe(200);
  });

  test("M-09: a code of letters and digits is right in any case, with spaces and dashes", async () => {
    const environment = { CODE_ALPHABET: "hex", CODE_LENGTH: "8" };
    const app = run(sms.name, { environment });
    const one = new Visitor(await app.printed(address));
    await one.visit(sms.send, { to: ada });
    const code = await app.printed(/([0-9A-F]{8}) is your Kiosk code/);
    const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4).toLowerCase()} `;
    expect((await one.visit(sms.check, { code: typed })).text).toContain(sms.done);
  });

  test("M-11, M-16: a carrier that fails is nobody's error: the page goes on and the process lives", async () => {
    const app = run("hono");
    const base = await app.printed(address);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ prefix: ada, type: "notSent" });
    const set = await fetch(`${base}/verify/sandbox/api/faults`, { method: "POST", headers, body });
    expect(set.ok).toBe(true);
    const hidden = (text: string): string => /name="form" value="([^"]+)"/.exec(text)?.[1] ?? "";
    const shown: string[] = [];
    for (const to of [ada, eve]) {
      const one = new Visitor(base);
      const page = await one.visit("/members");
      const sent = await one.visit("/verify/two-factor/number", { form: hidden(page.text), number: to });
      shown.push(sent.text.replaceAll(/value="[^"]+"|\+1 415 555 01\d\d/g, ""));
    }
    expect(shown[0]).toBe(shown[1]);
    expect(shown[0]).toContain('name="code"');
    expect((await fetch(base)).status).toBe(200);
    expect(app.errors()).not.toMatch(/Unhandled|Error:/);
  });

  test.each(names)("M-12, M-13: %s neither draws nor compares a code itself", (name) => {
    const text = readFileSync(join(examples, name, manifestOf(name).script), "utf8");
    expect(text).not.toMatch(/Math\.random|randomInt|timingSafeEqual|createHmac/);
    expect(text).not.toMatch(/\bcode\s*(?:===?|!==?)|(?:===?|!==?)\s*(?:\w+\.)*code\b|\bin codes\b/);
  });

  test("M-15: a cancel works, the channel is a choice, and the kind of number is looked at", async () => {
    const { app, visitor, codeFor } = await started(verify);
    const one = visitor();
    const code = await codeFor(one, ada);
    expect((await one.visit("/cancel", {})).text).toContain("Canceled");
    expect((await one.visit(verify.check, { code })).text).not.toContain(verify.done);
    // A landline gets no text, so it is called, whatever was asked for.
    expect((await visitor().visit(verify.send, { to: "+493012345678", by: "sms" })).text).toContain(
      "(Germany)",
    );
    await app.printedNext(/((?:\d[,. ]+){5}\d)/);
    expect((await visitor().visit(verify.send, { to: "+44909 8790123" })).status).toBe(422);
  });
});
