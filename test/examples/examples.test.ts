import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { examples, manifestOf, names, run, Visitor } from "./application.ts";

const startsWithin = { timeout: 60_000 };
const address = /http:\/\/\S+:\d+/;
const codeOf = (brand: string): RegExp => new RegExp(`(\\d{6}) is your ${brand} code`);
const wrong = (code: string): string => (code === "000000" ? "000001" : "000000");

describe("the examples", () => {
  test.each(["express-sms", "koa-verify"])(
    "M-14: %s sends a code, refuses a wrong one and other people, and takes the right one",
    startsWithin,
    async (name) => {
      const app = run(name);
      const base = await app.printed(address);
      const owner = new Visitor(base);
      expect((await owner.visit("/")).text).toContain('name="to"');
      expect((await owner.visit("/send", { to: "12345" })).status).toBe(422);
      expect((await owner.visit("/send", { to: "+1 415 555 0123" })).text).toContain('name="code"');
      const code = await app.printed(codeOf(name === "express-sms" ? "Kiosk" : "Clinic"));
      expect((await owner.visit("/check", { code: wrong(code) })).status).toBe(422);
      // M-10: the right code, from a browser that did not start.
      const stranger = new Visitor(base);
      expect((await stranger.visit("/check", { code, to: "+14155550123" })).text).not.toContain(
        "+14155550123",
      );
      expect(await owner.visit("/check", { code })).toMatchObject({
        status: 200,
        text: expect.stringContaining("+14155550123 is yours."),
      });
      expect((await owner.visit("/check", { code })).status).toBe(422);
      expect(await app.ended("SIGTERM")).toBe(0);
      expect(app.errors()).not.toContain("Error:");
    },
  );

  test("express-verify logs in after password and code, and only then", startsWithin, async () => {
    const app = run("express-verify");
    const ada = new Visitor(await app.printed(address));
    expect((await ada.visit("/login", { name: "ada", password: "wrong" })).status).toBe(401);
    expect((await ada.visit("/login", { name: "__proto__", password: "x" })).status).toBe(401);
    expect((await ada.visit("/login", { name: "ada", password: "lovelace" })).text).toContain("Call me");
    const code = await app.printed(codeOf("Bank"));
    expect((await ada.visit("/")).text).not.toContain("Welcome");
    expect((await ada.visit("/code", { code: wrong(code) })).text).toContain("codeMismatch");
    expect((await ada.visit("/call", {})).text).toContain("resendTooSoon");
    expect((await ada.visit("/code", { code })).text).toContain("Welcome, user-1.");
    expect(await app.ended("SIGTERM")).toBe(0);
  });

  test.each(["fastify-api", "hono", "koa-verify"])(
    "%s has the API below /verify, beside its own pages",
    startsWithin,
    async (name) => {
      const app = run(name);
      const base = (await app.printed(address)).replace("127.0.0.1", "localhost");
      const authorization = `Bearer ${await app.printed(/API key: (\S+)/)}`;
      const headers = { authorization, "content-type": "application/json" };
      const post = (path: string, body: object): Promise<Response> =>
        fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
      const started = await post("/verify/api/v1/verifications", { to: "+14155550123" });
      expect(started.status).toBe(201);
      const location = started.headers.get("location") ?? "";
      expect((await post(`${location}/check`, { code: "12" })).status).toBe(422);
      expect((await post(`${location}/settle`, { status: "approved" })).status).toBe(200);
      const own = await fetch(`${base}${name === "fastify-api" ? "/customers/+14155550123" : "/"}`);
      expect(own.status).toBe(200);
      if (name === "fastify-api")
        expect(await own.json()).toEqual({ number: "+14155550123", verified: true });
      expect((await fetch(`${base}/api/v1/verifications`)).status).toBe(404);
      expect(await app.ended("SIGTERM")).toBe(0);
    },
  );

  test("cli verifies in a terminal, and says what went wrong", startsWithin, async () => {
    const app = run("cli", ["+1 415 555 0123"]);
    const code = await app.printed(codeOf("Countersign"));
    app.write("12");
    await app.printed(/six digits/);
    app.write(wrong(code));
    await app.printed(/Wrong, 4 left/);
    app.write(code);
    await app.printed(/\+14155550123 is verified/);
    expect(await app.ended()).toBe(0);
    const other = run("cli", ["12345"]);
    expect(await other.ended()).toBe(1);
    expect(other.errors()).toContain("numberInvalid");
  });

  test.each(names)("%s is short, and says how to start it", (name) => {
    const text = readFileSync(join(examples, name, manifestOf(name).script), "utf8");
    const code = text.split("\n").filter((line) => !/^\s*($|\/\/|\/\*\*)/.test(line));
    expect(code.length).toBeLessThanOrEqual(80);
    expect(readFileSync(join(examples, name, "README.md"), "utf8")).toContain("npm start");
    expect(readFileSync(join(examples, "README.md"), "utf8")).toContain(`(${name}/README.md)`);
  });
});
