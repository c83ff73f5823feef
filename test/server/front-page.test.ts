import { afterAll, describe, expect, test } from "vitest";
import { ask, testServer } from "./support.ts";

const server = await testServer();
afterAll(() => server.remove());

describe("the address of the server alone", () => {
  test("tells programs where everything is, and all of it is there", async () => {
    const answer = await ask(`${server.addresses[0]}/`);
    expect(answer.status).toBe(200);
    const { name, links } = JSON.parse(answer.text);
    expect(name).toBe("countersign");
    expect(Object.keys(links)).toEqual([
      "page",
      "account",
      "console",
      "phones",
      "reference",
      "api",
      "errors",
      "openapi",
      "health",
    ]);
    for (const path of [links.page, links.phones, links.reference, links.openapi, links.health])
      expect((await ask(`${server.addresses[0]}${path}`)).status, path).toBe(200);
  });

  test("is a page for browsers, without a script or an inline style", async () => {
    const headers = { accept: "text/html,application/xhtml+xml" };
    const answer = await ask(`${server.addresses[0]}/`, { headers });
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(answer.text).toContain('<a href="/sandbox">');
    const led = [...answer.text.matchAll(/<li><a href="([^"]+)">/g)].map(([, path]) => path ?? "");
    expect(led).not.toContain("/api/v1");
    for (const path of led) {
      const { status } = await ask(`${server.addresses[0]}${path}`, { headers });
      expect([200, 303], path).toContain(status);
    }
    expect(answer.text).not.toMatch(/<script|<style|style=/);
  });

  test("does not name virtual phones that are off", async () => {
    const real = await testServer({ COUNTERSIGN_SANDBOX: "off" });
    const { links } = JSON.parse((await ask(`${real.addresses[0]}/`)).text);
    expect(Object.keys(links)).toEqual([
      "page",
      "account",
      "console",
      "reference",
      "api",
      "errors",
      "openapi",
      "health",
    ]);
    await real.remove();
  });

  test("is what a browser at a wrong address is led to; programs are told by a problem", async () => {
    const wrong = `${server.addresses[0]}/contoler`;
    const page = await ask(wrong, { headers: { accept: "text/html,application/xhtml+xml" } });
    expect(page).toMatchObject({ status: 404, headers: { vary: "accept" } });
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.text).toContain("<title>Not found · Countersign</title>");
    expect(page.text).toContain('<a href="/">');
    const problem = await ask(wrong);
    expect(problem).toMatchObject({ status: 404, headers: { vary: "accept" } });
    expect(JSON.parse(problem.text)).toMatchObject({ type: "/errors/not_found", status: 404 });
  });
});
