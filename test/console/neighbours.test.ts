import { afterAll, describe, expect, test } from "vitest";
import { heading, openConsole } from "./admins.ts";

const sites = [await openConsole(), await openConsole()] as const;
afterAll(() => Promise.all(sites.map(({ server }) => server.remove())));

describe("W-15: two installations on ports of one host, in one browser", () => {
  test("a sign-in to one ends nothing at the other, whatever is done at either", async () => {
    const [first, second] = sites;
    const one = await first.join("ada", first.server.invitation ?? "");
    // Cookies know hosts, and no ports.
    const jar = one.visitor.cookies;
    const two = second.visitor();
    two.cookies = jar;
    const before = jar.get("countersign-console");
    await second.signIn(await second.join("bert", second.server.invitation ?? ""), two);
    expect(jar.get("countersign-console")).toBe(before);
    for (const visitor of [one.visitor, two, one.visitor]) {
      await visitor.open("/console/keys");
      expect(heading(visitor)).toBe("API keys");
    }
    await two.post("/console/sign-out");
    expect([heading(two), heading(one.visitor)]).toEqual(["Sign in", "API keys"]);
    await one.visitor.open("/console/keys");
    expect(heading(one.visitor)).toBe("API keys");
    // Whose cookie ended leaves its name to the other, which stays where it is.
    jar.delete("countersign-console");
    await two.open("/console/sign-in");
    expect([...jar.keys()]).toEqual([expect.stringMatching(/^countersign-console-[0-9a-f]{12}$/)]);
  });

  test("the verification pages keep their visits apart as well", async () => {
    const visitors = sites.map((site) => site.visitor());
    const [one, two] = visitors;
    if (one === undefined || two === undefined) throw new TypeError("there are two");
    two.cookies = one.cookies;
    await one.open("/two-factor");
    await two.open("/two-factor");
    for (const [at, visitor] of visitors.entries()) {
      const number = `+1415555${3_000 + at}`;
      await visitor.open("/two-factor");
      expect((await visitor.post("/two-factor/number", visitor.proven("US", number))).status).toBe(200);
      expect(visitor.page.text).toContain('name="code"');
    }
    for (const visitor of visitors) expect((await visitor.open("/two-factor")).text).toContain('name="code"');
  });
});
