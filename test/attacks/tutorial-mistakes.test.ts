import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test, vi } from "vitest";
import {
  alice,
  bob,
  mallory,
  openTestInstance,
  type TestInstance,
  temporaryFolder,
  wrongCode,
} from "../support/instance.ts";
import { scriptedProvider } from "../support/scripted-provider.ts";
import { openApi } from "./http.ts";
import { openShop, type Shop } from "./shop.ts";

const second = 1_000;
const customers = new Map([
  ["alice", alice],
  ["bob", bob],
  ["mallory", mallory],
]);

async function shopOf(one: TestInstance): Promise<Shop> {
  return openShop(one, customers);
}

describe("one code for one number and one browser", () => {
  test("M-01: the code of one customer does not log another one in, and counts as a wrong guess", async () => {
    const one = await openTestInstance();
    const shop = await shopOf(one);
    const [mine, victims] = [shop.browser(), shop.browser()];
    const { hiddenId: malloryId } = await shop.askForCode(mine, "mallory");
    const { hiddenId } = await shop.askForCode(victims, "bob");
    const code = one.codeOn(mallory);
    expect(await shop.submit(victims, "bob", { hiddenId, code })).toBe("try again");
    const view = await one.engine.get({ tenantId: one.tenantId, id: hiddenId, binding: victims.session });
    expect(view).toMatchObject({ status: "pending", checksLeft: 4 });
    expect(await shop.submit(mine, "mallory", { hiddenId: malloryId, code })).toBe("welcome");
  });

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"])(
    "M-02: %s is no code and no id",
    async (word) => {
      const one = await openTestInstance();
      const api = openApi(one);
      const { id } = await one.start({ to: alice });
      const asCode = await api.post(`/verifications/${id}/check`, { code: word });
      expect([asCode.statusCode, asCode.json().code]).toEqual([422, "code_malformed"]);
      const asId = await api.post(`/verifications/${word}/check`, { code: one.codeOn(alice) });
      expect(asId.statusCode).toBe(404);
      const right = await api.post(`/verifications/${id}/check`, { code: one.codeOn(alice) });
      expect(right.statusCode).toBe(200);
    },
  );

  test("M-10: the attacker's own approved request does not log him in as the victim", async () => {
    const one = await openTestInstance();
    const shop = await shopOf(one);
    const attacker = shop.browser();
    await shop.askForCode(attacker, "alice");
    const { hiddenId } = await shop.askForCode(attacker, "mallory");
    const form = { hiddenId, code: one.codeOn(mallory) };
    // The hidden field says his own request, the session says that he is logging in as alice.
    expect(await shop.submit(attacker, "alice", form)).toBe("try again");
    expect(attacker.loggedInAs).toBeNull();
    expect(await shop.submit(attacker, "mallory", form)).toBe("welcome");
    expect(await shop.submit(attacker, "alice", form)).toBe("try again");
    expect(attacker.loggedInAs).toBe("mallory");
  });

  test("M-10: a request id that was stolen from another browser finds nothing", async () => {
    const one = await openTestInstance();
    const shop = await shopOf(one);
    const [victim, thief] = [shop.browser(), shop.browser()];
    const { hiddenId } = await shop.askForCode(victim, "alice");
    const form = { hiddenId, code: one.codeOn(alice) };
    expect(await shop.submit(thief, "alice", form)).toBe("try again");
    expect(thief.loggedInAs).toBeNull();
    expect(await shop.submit(victim, "alice", form)).toBe("welcome");
  });
});

describe("short, eternal and endless codes", () => {
  test.each([4, 5])(
    "M-03: a code of %d digits is refused until somebody accepts the risk by name",
    async (codeLength) => {
      const one = await openTestInstance();
      const refused = await one.tryStart({ to: alice, codeLength });
      expect(refused).toMatchObject({ outcome: "requestInvalid", field: "codeLength" });
      expect(JSON.stringify(refused)).toContain("allowWeakCodes");
      const risky = { allowWeakCodes: true } as const;
      expect(await one.tryStart({ to: alice, codeLength, policy: risky })).toMatchObject({
        field: "checksMax",
      });
      await one.start({ to: alice, codeLength, policy: { ...risky, checksMax: 3 } });
      expect(one.codeOn(alice)).toHaveLength(codeLength);
    },
  );

  test("M-04: a code works until 1 ms before five minutes, and not a moment longer", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const first = await one.start({ to: alice });
    const second_ = await one.start({ to: bob });
    one.clock.jumpTo(first.createdAt + 299_999);
    const early = await one.engine.check({ tenantId, id: first.id, code: one.codeOn(alice) });
    expect(early.outcome).toBe("approved");
    one.clock.jumpTo(second_.createdAt + 300_000);
    const late = await one.engine.check({ tenantId, id: second_.id, code: one.codeOn(bob) });
    expect(late.outcome).toBe("expired");
    one.clock.jumpTo(second_.createdAt + 90 * 86_400 * second);
    const found = await one.engine.check({ tenantId, id: second_.id, code: one.codeOn(bob) });
    expect(found.outcome).toBe("expired");
  });

  test("M-05: of a thousand guesses at once five are looked at, and then the right code is too late", async () => {
    const one = await openTestInstance();
    const shop = await shopOf(one);
    const browser = shop.browser();
    const { hiddenId } = await shop.askForCode(browser, "alice");
    const right = one.codeOn(alice);
    const guesses = Array.from({ length: 1_000 }, (_, n) => ({ hiddenId, code: wrongCode(right, n + 1) }));
    const pages = await Promise.all(guesses.map((form) => shop.submit(browser, "alice", form)));
    expect(pages.filter((page) => page === "try again")).toHaveLength(4);
    expect(pages.filter((page) => page === "too many attempts")).toHaveLength(996);
    const view = await one.engine.get({ tenantId: one.tenantId, id: hiddenId, binding: browser.session });
    expect(view?.checks).toHaveLength(5);
    expect(await shop.submit(browser, "alice", { hiddenId, code: right })).toBe("too many attempts");
  });

  test("M-06: kill -9 between start and check, then the check: approved", async () => {
    const folder = temporaryFolder();
    const script = join(import.meta.dirname, "start-and-wait.ts");
    const child = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const { id, code } = JSON.parse(line) as { id: string; code: string };
    child.kill("SIGKILL");
    await once(child, "exit");
    const { createFakeClock } = await import("../../src/testing/index.ts");
    const one = await openTestInstance({ folder, clock: createFakeClock(Date.now()) });
    expect(await one.engine.check({ tenantId: one.tenantId, id, code })).toMatchObject({
      outcome: "approved",
    });
  });
});

describe("numbers and spellings", () => {
  test("M-07: twenty spellings of one number have one budget of sends and guesses", async () => {
    const one = await openTestInstance();
    const spellings = [
      "+14155550101",
      "+1 415 555 0101",
      "+1-415-555-0101",
      "+1 (415) 555-0101",
      "+1.415.555.0101",
      "+1/415/555/0101",
      "tel:+14155550101",
      "TEL:+1-415-555-0101",
      " +14155550101 ",
      "(+1) 415 555 0101",
      "+1 [415] 555 0101",
      "+1 1 415 555 0101",
      "+1\u00a0415\u202f555\u20090101",
      "+1\u2011415\u2011555\u20110101",
      "＋１４１５５５５０１０１",
      "＋１（４１５）５５５－０１０１",
      "+١٤١٥٥٥٥٠١٠١",
      "+1 (415)5550101",
      "+1415 5550101",
      "+1 41555 50101",
    ];
    expect(new Set(spellings).size).toBe(20);
    const outcomes = await Promise.all(spellings.map((to) => one.tryStart({ to })));
    expect(outcomes.filter((one_) => one_.outcome === "started")).toHaveLength(1);
    expect(outcomes.filter((one_) => one_.outcome === "sendLimitReached")).toHaveLength(19);
  });

  test.each([
    ["+4930123456", "voice", "started"],
    ["+390612345678", "voice", "started"],
    ["+6591234567", "sms", "started"],
    ["+5491123456789", "sms", "started"],
    ["14155550101", "sms", "numberInvalid"],
    ["12345678901", "sms", "numberInvalid"],
    ["+99912345678", "sms", "numberInvalid"],
    ["+1415555", "sms", "numberInvalid"],
    ["+1 900 555 0100", "sms", "numberNotAllowed"],
    ["+44 909 879 0000", "voice", "numberNotAllowed"],
  ] as const)("M-08: %s over %s is %s, not eleven digits of anything", async (to, channel, outcome) => {
    const one = await openTestInstance();
    expect((await one.tryStart({ to, channel })).outcome).toBe(outcome);
  });

  test("M-09: a code of letters is right in any case, with spaces and dashes", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    for (const [to, type] of [
      [alice, (code: string) => code.toLowerCase()],
      [bob, (code: string) => ` ${code.slice(0, 4)}-${code.slice(4).toLowerCase()} `],
      [mallory, (code: string) => code.replaceAll("0", "o").replaceAll("1", "l")],
    ] as const) {
      const { id } = await one.start({ to, alphabet: "crockford", codeLength: 8 });
      const result = await one.engine.check({ tenantId, id, code: type(one.codeOn(to)) });
      expect(result.outcome).toBe("approved");
    }
  });
});

describe("what leaks", () => {
  test("M-11: what a carrier says is in no answer of ours", async () => {
    const carrier = scriptedProvider("a");
    const chatter = "21211-the-subscriber-Mallory-does-not-exist";
    carrier.plan({ type: "unknown", detail: chatter }, () => Promise.reject(new Error(chatter)));
    const one = await openTestInstance({ sandbox: false, providers: [carrier] });
    const api = openApi(one);
    one.engine.run();
    const started = await api.post("/verifications", { to: alice });
    await one.clock.advance(30 * second);
    expect(carrier.received.length).toBeGreaterThan(1);
    const { id } = started.json();
    const seen = await api.get(`/verifications/${id}`);
    const checked = await api.post(`/verifications/${id}/check`, { code: "000000" });
    for (const response of [started, seen, checked]) expect(response.body).not.toContain(chatter);
    expect(JSON.stringify(await one.store.deliveriesOf(id))).not.toContain(chatter);
  });

  test("M-12: a guess that begins like the code asks for the same work as one that does not", async () => {
    const one = await openTestInstance();
    const { createEngine } = await import("../../src/engine/index.ts");
    let keys: string[] = [];
    const { keyring } = one.parts;
    const counting: typeof keyring = {
      ...keyring,
      key(purpose, id) {
        keys.push(purpose);
        return keyring.key(purpose, id);
      },
    };
    const engine = createEngine({ ...one.parts, keyring: counting }, "counting");
    const { id } = await one.start({ to: alice });
    const right = one.codeOn(alice);
    const work: string[] = [];
    // The address is opened once for all of them, whatever the guess.
    await engine.check({ tenantId: one.tenantId, id, code: "not a code" });
    for (const equal of [0, 2, 4, 5]) {
      const code = right.slice(0, equal) + wrongCode(right.slice(equal), 1);
      keys = [];
      await engine.check({ tenantId: one.tenantId, id, code });
      work.push(keys.join(" "));
    }
    expect(work[0]).toContain("compare");
    expect(new Set(work).size).toBe(1);
  });

  test("M-13: a predictable generator has no part in a code", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
    const one = await openTestInstance();
    await one.start({ to: alice, codeLength: 10 });
    await one.start({ to: bob, codeLength: 10 });
    expect(one.codeOn(alice)).not.toBe(one.codeOn(bob));
    expect(random).not.toHaveBeenCalled();
  });
});
