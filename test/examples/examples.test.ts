import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createSoftwareAuthenticator } from "../../src/testing/index.ts";
import { address, codeOf, examples, names, run, Visitor, wrong } from "./application.ts";

const number = "+14155550123";

describe("the examples", () => {
  test.each(["express-sms", "koa-verify"])(
    "%s sends a code, refuses a wrong one, and takes the right one",

    async (name) => {
      const app = run(name);
      const owner = new Visitor(await app.printed(address));
      expect((await owner.visit("/")).text).toContain('name="to"');
      expect((await owner.visit("/send", { to: "12345" })).status).toBe(422);
      expect((await owner.visit("/send", { to: "+1 (415) 555-0123" })).text).toContain('name="code"');
      const code = await app.printed(codeOf(name === "express-sms" ? "Kiosk" : "Clinic"));
      const missed = await owner.visit("/check", { code: wrong(code) });
      expect([missed.status, missed.text]).toEqual([422, expect.stringContaining("4 tries left")]);
      expect((await owner.visit("/check", { code: "12" })).text).toContain('name="code"');
      expect(await owner.visit("/check", { code })).toMatchObject({
        status: 200,
        text: expect.stringContaining(`${number} is yours.`),
      });
      expect(await app.ended("SIGTERM")).toBe(0);
      expect(app.errors()).not.toContain("Error:");
    },
  );

  test("express-sms sends codes of the length and alphabet that its settings say", async () => {
    const app = run("express-sms", { environment: { CODE_LENGTH: "8", CODE_ALPHABET: "hex" } });
    const owner = new Visitor(await app.printed(address));
    await owner.visit("/send", { to: number });
    const code = await app.printed(/([0-9A-F]{8}) is your Kiosk code/);
    expect((await owner.visit("/check", { code: code.slice(1) })).text).toContain("It has 8 characters");
    expect((await owner.visit("/check", { code })).text).toContain("is yours");
    for (const environment of [{ CODE_LENGTH: "3" }, { CODE_ALPHABET: "foo" }]) {
      const refused = run("express-sms", { environment });
      expect(await refused.ended()).toBe(1);
      expect(refused.errors()).toMatch(/CODE_(LENGTH|ALPHABET): allowed is/);
    }
  });

  test("koa-verify has its own style, shows outcomes by their names, and cancels", async () => {
    const app = run("koa-verify");
    const owner = new Visitor(await app.printed(address));
    expect((await owner.visit("/style.css")).text).toContain("max-width");
    expect((await owner.visit("/send", { to: "<b>12</b>" })).text).toMatch(/numberInvalid: .*&lt;b&gt;12/s);
    await owner.visit("/send", { to: number });
    const code = await app.printed(codeOf("Clinic"));
    expect((await owner.visit("/cancel", {})).text).toContain("canceled");
    expect((await owner.visit("/check", { code })).text).toContain("settled");
    expect((await owner.visit("/views/page.njk")).status).toBe(404);
    expect((await owner.visit("/constructor")).status).toBe(404);
    expect((await owner.visit("/send", { to: "1".repeat(5_000) })).status).toBe(413);
  });

  test("express-verify looks at the number first, texts, calls on request, and calls again", async () => {
    const app = run("express-verify");
    const base = await app.printed(address);
    const owner = new Visitor(base);
    expect((await owner.visit("/number", { to: "+1 900 555 1234" })).text).toContain("Not this number");
    const sent = await owner.visit("/number", { to: number, by: "sms" });
    expect(sent.text).toContain("It goes to +1 415 555 0123 (United States).");
    const code = await app.printedNext(codeOf("Club"));
    expect((await owner.visit("/call", {})).text).toContain("We may call at");
    app.later();
    await app.printed(/later/);
    expect((await owner.visit("/call", {})).text).toMatch(/We are calling you|There is no other way/);
    expect(code).toMatch(/^\d{6}$/);
    const other = new Visitor(base);
    await other.visit("/number", { to: "+14155550150", by: "voice" });
    const spoken = (await app.printedNext(/code is:? ((?:\d[,. ]*){6})/i)).replaceAll(/\D/g, "");
    expect((await other.visit("/code", { code: wrong(spoken) })).text).toContain("4 tries left");
    expect((await other.visit("/code", { code: spoken })).text).toContain("Welcome");
    const third = new Visitor(base);
    await third.visit("/number", { to: "+14155550151" });
    const last = await app.printedNext(codeOf("Club"));
    expect((await third.visit("/cancel", {})).text).toContain("Canceled");
    expect((await third.visit("/code", { code: last })).text).toContain("does not work any more");
    expect(await app.ended("SIGTERM")).toBe(0);
  });

  test("hono leads to the page and back, and knows whose number it is", async () => {
    const app = run("hono");
    const base = await app.printed(address);
    const owner = new Visitor(base);
    const page = await owner.visit("/members");
    expect(page.text).toContain('action="/verify/two-factor/number"');
    const hidden = (text: string): string => /name="form" value="([^"]+)"/.exec(text)?.[1] ?? "";
    const asked = await owner.visit("/verify/two-factor/number", { form: hidden(page.text), number });
    const phone = async (): Promise<{ code: string }[]> => {
      const { text } = await owner.visit(`/verify/sandbox/api/phones/${number}/messages`);
      return JSON.parse(text).messages;
    };
    await expect.poll(async () => (await phone()).length).toBe(1);
    const [{ code } = { code: "" }] = await phone();
    const done = await owner.visit("/verify/two-factor/code", { form: hidden(asked.text), code });
    expect(done.text).toContain(`${number} is yours.`);
    expect((await owner.visit("/members")).text).toContain(`${number} is yours.`);
    expect((await new Visitor(base).visit("/members")).text).not.toContain(number);
    expect(await app.ended("SIGTERM")).toBe(0);
  });

  test.each(["fastify-api", "hono", "koa-verify"])(
    "%s has the API below /verify, beside its own pages",

    async (name) => {
      const app = run(name);
      const base = (await app.printed(address)).replace("127.0.0.1", "localhost");
      const authorization = `Bearer ${await app.printed(/API key: (\S+)/)}`;
      const headers = { authorization, "content-type": "application/json" };
      const post = (path: string, body: object): Promise<Response> =>
        fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
      const started = await post("/verify/api/v1/verifications", { to: number });
      expect(started.status).toBe(201);
      const location = started.headers.get("location") ?? "";
      expect((await post(`${location}/check`, { code: "12" })).status).toBe(422);
      expect((await post(`${location}/settle`, { status: "approved" })).status).toBe(200);
      const own = await fetch(`${base}${name === "fastify-api" ? `/customers/${number}` : "/"}`);
      expect(own.status).toBe(200);
      if (name === "fastify-api") expect(await own.json()).toEqual({ number, verified: true });
      expect((await fetch(`${base}/api/v1/verifications`)).status).toBe(404);
      expect(await app.ended("SIGTERM")).toBe(0);
    },
  );

  test("cli verifies in a terminal, and says what went wrong", async () => {
    const app = run("cli", { args: ["+1 415 555 0123"] });
    const code = await app.printed(codeOf("Countersign"));
    app.write("12");
    await app.printed(/six digits/);
    app.write(wrong(code));
    await app.printed(/Wrong, 4 left/);
    app.write(code);
    await app.printed(/\+14155550123 is verified/);
    expect(await app.ended()).toBe(0);
    const other = run("cli", { args: ["12345"] });
    expect(await other.ended()).toBe(1);
    expect(other.errors()).toMatch(/numberInvalid\. \S[\s\S]*npm start -- \+14155550123/);
    const ended = run("cli", { args: [number] });
    ended.endInput();
    expect(await ended.ended()).toBe(1);
    expect(ended.errors()).toBe("Not verified: the input has ended.\n");
  });

  test.each(names)(
    "%s takes its carrier from the environment, and says by name what is missing",
    async (name) => {
      const environment = { COUNTERSIGN_TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}` };
      const app = run(name, { args: [number], environment, isOfClone: true });
      expect(await app.ended()).not.toBe(0);
      expect(app.errors()).toContain("COUNTERSIGN_TWILIO_AUTH_TOKEN");
    },
  );

  test("cli-two-factor signs somebody up, keeps their number, and uses it at the next login", async () => {
    const first = run("cli-two-factor");
    for (const line of ["ada", "nine rowing margarets", "12345", "14155550123"]) first.write(line);
    await first.printed(/Phone number: [\s\S]*Phone number: /);
    const enrolled = await first.printed(codeOf("Countersign"));
    first.write(wrong(enrolled));
    await first.printed(/That is not the code/);
    first.write(enrolled);
    await first.printed(/Success: you are logged in/);
    expect(await first.ended()).toBe(0);

    const again = run("cli-two-factor", { folder: first.folder });
    for (const line of ["Ada", "nine rowing margarets"]) again.write(line);
    await again.printed(/A code goes to \+1••••••0123/);
    again.write(await again.printed(codeOf("Countersign")));
    await again.printed(/Success: you are logged in/);
    expect(await again.ended()).toBe(0);

    const thief = run("cli-two-factor", { folder: first.folder });
    for (const line of ["ada", "nine rowing margaret"]) thief.write(line);
    expect(await thief.ended()).toBe(1);
    expect(thief.errors()).toContain("signInRefused");
  });

  test("existing-app asks its own users for a second factor, and for a code of its own for each payment", async () => {
    const app = run("existing-app");
    const base = await app.printed(address);
    const ada = new Visitor(base);
    const login = { name: "ada", password: "nine rowing margarets" };
    expect((await ada.visit("/login", { ...login, password: "x" })).status).toBe(422);
    expect((await ada.visit("/login", login)).text).toContain("From now on");
    expect((await ada.visit("/number", { number: "12345" })).text).toContain("numberInvalid");
    expect((await ada.visit("/number", { number })).text).toContain("We have sent you a code");
    const code = await app.printedNext(codeOf("Bank"));
    expect((await ada.visit("/code", { code: wrong(code) })).text).toContain("codeMismatch");
    // A password alone is nobody's sign-in.
    expect((await ada.visit("/pay", {})).text).toContain("Please sign in");
    expect((await ada.visit("/pay/code", { code })).text).toContain("Please sign in");
    expect((await ada.visit("/code", { code })).text).toContain("You are signed in");
    expect((await ada.visit("/pay", { payee: "Rohrl", amount: "ten" })).text).toContain("requestInvalid");
    app.later();
    await app.printed(/later by 300000 ms/);
    // A sign-in of just now pays nothing: the text names what is paid, and its code pays that once.
    const paid = { payee: "Bakery Rohrl", amount: "10.50" };
    expect((await ada.visit("/pay", paid)).text).toContain("We have sent you a code");
    const again = await app.printedNext(/(\d{6}) is your Bank code to pay EUR 10\.50 to Bakery Rohrl/);
    expect((await ada.visit("/pay/code", { code: wrong(again) })).text).toContain("codeMismatch");
    expect((await ada.visit("/pay/code", { code: again })).text).toContain("It is paid");
    expect((await ada.visit("/pay/code", { code: again })).text).toContain("You are signed in");
    expect((await ada.visit("/number", { number: "+14155550188" })).text).toContain("You are signed in");
    expect(await app.ended("SIGTERM")).toBe(0);
    expect(app.errors()).not.toContain("Error:");
  });

  test("M-10: existing-app lets in neither another browser with the code nor another user's code", async () => {
    const app = run("existing-app");
    const base = await app.printed(address);
    const [thief, grace, ada] = [new Visitor(base), new Visitor(base), new Visitor(base)];
    const login = { name: "ada", password: "nine rowing margarets" };
    await ada.visit("/login", login);
    await ada.visit("/number", { number });
    const first = await app.printedNext(codeOf("Bank"));
    expect((await ada.visit("/code", { code: first })).text).toContain("You are signed in");
    app.later();
    await app.printed(/later/);

    await grace.visit("/login", { name: "grace", password: "seven quiet compilers" });
    await grace.visit("/number", { number: "+14155550124" });
    const hers = await app.printedNext(codeOf("Bank"));
    expect((await thief.visit("/code", { code: hers })).text).toContain("Please sign in");
    expect((await thief.visit("/login", login)).text).toContain("We have sent you a code");
    const his = await app.printedNext(codeOf("Bank"));
    expect((await thief.visit("/code", { code: hers === his ? wrong(his) : hers })).text).toContain(
      "codeMismatch",
    );
    expect((await thief.visit("/number", { number: "+14155550188" })).text).toContain("stepUpRequired");
    // Whoever begins as grace and goes on as ada has forgotten what he began.
    expect((await grace.visit("/login", login)).text).toMatch(/We have sent|cannot send/);
    expect((await grace.visit("/code", { code: hers === his ? wrong(his) : hers })).text).not.toContain(
      "signed in",
    );
  });

  test("passkeys gives nobody a name of another, and takes nothing that is no passkey", async () => {
    const app = run("passkeys");
    const base = await app.printed(address);
    const cookies = ["browser=one", "browser=two"] as const;
    const post = async (cookie: string, path: string, fields: Record<string, string>) => {
      const body = new URLSearchParams(fields);
      const answer = await fetch(base + path, {
        method: "POST",
        redirect: "manual",
        headers: { cookie },
        body,
      });
      const text = await answer.text();
      return { status: answer.status, text, json: text.startsWith("{") ? JSON.parse(text) : {} };
    };
    const device = createSoftwareAuthenticator({ origin: base });
    const begun = await post(cookies[0], "/sign-up/options", { name: "ada" });
    const taken = "This name is taken.";
    expect((await post(cookies[1], "/sign-up/options", { name: "ada" })).json.message).toBe(taken);
    const made = { id: begun.json.id, answer: JSON.stringify(device.create(begun.json.options)) };
    expect((await post(cookies[1], "/sign-up", made)).status).toBe(422);
    expect((await post(cookies[0], "/sign-up", { ...made, answer: "{}" })).text).toContain("passkeyRefused");
    const again = await post(cookies[0], "/sign-up/options", { name: "ada" });
    const answer = JSON.stringify(device.create(again.json.options));
    expect((await post(cookies[0], "/sign-up", { id: again.json.id, answer })).text).toContain("is made");
    // A name that was begun and got no passkey is free after ten minutes, and who began it goes on with nothing.
    const late = await post(cookies[0], "/sign-up/options", { name: "bob" });
    for (const minutes of [5, 10]) {
      expect((await post(cookies[1], "/sign-up/options", { name: "bob" })).json.message).toBe(taken);
      app.later();
      await app.printed(new RegExp(`later by ${minutes * 60_000} ms`));
    }
    expect((await post(cookies[1], "/sign-up/options", { name: "bob" })).status).toBe(200);
    const lateAnswer = JSON.stringify(device.create(late.json.options));
    expect((await post(cookies[0], "/sign-up", { id: late.json.id, answer: lateAnswer })).status).toBe(422);
    expect((await post(cookies[0], "/sign-up/options", { name: "bob" })).status).toBe(422);
    // A name that has a passkey gets no other one, also from the browser that made it.
    expect((await post(cookies[0], "/sign-up/options", { name: "ada" })).json.message).toBe(taken);
    const asked = await post(cookies[0], "/sign-in/options", {});
    const { id } = asked.json;
    const signed = JSON.stringify(device.get(asked.json.options));
    const wrong = [{}, { id }, { id, answer: "{}" }, { id, answer: "[" }, { id: "x", answer: signed }];
    for (const fields of wrong) {
      expect((await post(cookies[0], "/sign-in", fields as Record<string, string>)).status).toBe(422);
    }
    expect((await post(cookies[1], "/sign-in", { id, answer: signed })).status).toBe(422);
    for (const fields of [{}, { name: "" }, { name: "\u200b" }]) {
      expect((await post(cookies[1], "/sign-up/options", fields)).status).toBe(422);
    }
    const plain = { method: "POST", headers: { cookie: cookies[0] }, body: "x" };
    expect((await fetch(`${base}/sign-in`, plain)).status).toBe(422);
    expect((await fetch(`${base}/passkey.js`)).headers.get("content-type")).toContain("javascript");
    expect(await app.ended("SIGTERM")).toBe(0);
  });

  test("passkeys behind https has cookies that no other host of the domain sets", async () => {
    const app = run("passkeys", { environment: { PUBLIC_URL: "https://library.example" } });
    const base = await app.printed(address);
    const answer = await fetch(`${base}/`, { headers: { cookie: "browser=planted" } });
    const set = answer.headers.get("set-cookie") ?? "";
    expect(set).toMatch(/^__Host-browser=[\w-]{36}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(set).not.toContain("planted");
  });

  test.each(["express-sms", "hono", "fastify-api"])(
    "%s says which port is taken and what to set, without a stack",

    async (name) => {
      const holder = createServer().listen(0, "localhost");
      onTestFinished(() => void holder.close());
      await once(holder, "listening");
      const { port } = holder.address() as AddressInfo;
      const app = run(name, { environment: { PORT: String(port) } });
      expect(await app.ended()).toBe(1);
      expect(app.errors()).toMatch(new RegExp(`:${port}: set PORT\n$`));
      expect(app.errors()).not.toMatch(/^ +at /m);
    },
  );

  test.each(names)("%s is short, and says how to start it", (name) => {
    // Without what an application had before, which has a folder of its own.
    const files = readdirSync(join(examples, name)).filter((one) => one.endsWith(".js"));
    const text = files.map((file) => readFileSync(join(examples, name, file), "utf8")).join("\n");
    const code = text.split("\n").filter((line) => !/^\s*($|\/\/|\/\*\*)/.test(line));
    expect(code.length, files.join()).toBeLessThanOrEqual(80);
    expect(readFileSync(join(examples, name, "README.md"), "utf8")).toContain("npm start");
    expect(readFileSync(join(examples, "README.md"), "utf8")).toContain(`(${name}/README.md)`);
  });
});
