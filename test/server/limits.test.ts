import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proxyTrust } from "../../src/server/client-address.ts";
import { Buckets, createRequestLimits, networkOf } from "../../src/server/limits.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { ask, startBody, type TestServer, testServer, withKey } from "./support.ts";

const unlimited = { keyRequestsPerSecond: 0, addressRequestsPerSecond: 0, addressFailuresPerMinute: 0 };

describe("buckets", () => {
  test("a burst passes, then the sustained rate, to the millisecond", () => {
    const buckets = new Buckets("key", 10, 20);
    for (let index = 0; index < 20; index++) expect(buckets.take("a", 1_000).isExceeded).toBe(false);
    const refused = buckets.take("a", 1_000);
    expect(refused).toMatchObject({ isExceeded: true, retryAt: 1_100 });
    expect(buckets.take("a", 1_099).isExceeded).toBe(true);
    expect(buckets.take("a", 1_100).isExceeded).toBe(false);
    expect(buckets.take("b", 1_100).isExceeded).toBe(false);
  });

  test("what is refused costs nothing: who keeps asking gets in at the same time", () => {
    const buckets = new Buckets("key", 1, 1);
    buckets.take("a", 0);
    for (let now = 1; now < 1_000; now++) expect(buckets.take("a", now).isExceeded).toBe(true);
    expect(buckets.take("a", 1_000).isExceeded).toBe(false);
  });

  test("C-40: a clock that steps back neither gives nor takes", () => {
    const buckets = new Buckets("key", 1, 2);
    buckets.take("a", 10_000);
    expect(buckets.take("a", 5_000).isExceeded).toBe(false);
    expect(buckets.take("a", 5_000).isExceeded).toBe(true);
    expect(buckets.take("a", 10_500).isExceeded).toBe(true);
    expect(buckets.take("a", 11_000).isExceeded).toBe(false);
  });

  test("a million names leave a bounded number of buckets, and the one in use is among them", () => {
    const buckets = new Buckets("address", 1, 5);
    for (let index = 0; index < 1_000_000; index++) {
      buckets.take(`10.${index}`, 0);
      if (index % 1_000 === 0) buckets.take("busy", 0);
    }
    expect(buckets.size).toBeLessThanOrEqual(2 * 16_384);
    expect(buckets.take("busy", 0).isExceeded).toBe(true);
  });

  test("W-5: the headers are structured fields in the form of draft 10", () => {
    const buckets = new Buckets("key", 100, 200);
    const quota = buckets.take("a", 0);
    expect(quota.policy).toBe('"key";q=200;w=2');
    expect(quota.state).toBe('"key";r=199;t=1');
  });
});

describe("W-6: addresses", () => {
  test("2^16 addresses of one /64 are one bucket, another /64 is another", () => {
    const limits = createRequestLimits({ ...unlimited, addressRequestsPerSecond: 1_000 });
    let passed = 0;
    for (let host = 0; host < 65_536; host++) {
      if (limits.ofAddress(`2001:db8:1:2::${host.toString(16)}`, 0) === null) passed += 1;
    }
    expect(passed).toBe(2_000);
    expect(limits.ofAddress("2001:db8:1:3::1", 0)).toBeNull();
  });

  test("a /48 may do 16 times as much as a /64, and no more", () => {
    const limits = createRequestLimits({ ...unlimited, addressRequestsPerSecond: 10 });
    let passed = 0;
    for (let network = 0; network < 1_000; network++) {
      if (limits.ofAddress(`2001:db8:1:${network.toString(16)}::1`, 0) === null) passed += 1;
    }
    expect(passed).toBe(320);
    expect(limits.ofAddress("2001:db8:2::1", 0)).toBeNull();
  });

  test.each([
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2/64", "2001:db8:1/48"],
    ["::ffff:192.0.2.7", "192.0.2.7", null],
    ["not an address:", "unknown", null],
  ])("%s belongs to %s and %s", (address, network, site) => {
    expect(networkOf(address)).toEqual({ network, site });
  });

  test("without trusted proxies nobody is one; with some, exactly these", () => {
    expect(proxyTrust([])).toBe(false);
    const trust = proxyTrust(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]);
    if (trust === false) throw new Error("there are trusted proxies");
    const hops = [
      "10.9.8.7",
      "::ffff:10.0.0.1",
      "192.0.2.1",
      "2001:db8::5",
      "192.0.2.2",
      "11.0.0.1",
      "2001:db9::5",
      "x",
      "",
    ];
    expect(hops.map(trust)).toEqual([true, true, true, true, false, false, false, false, false]);
  });
});

describe("limits of a running server", () => {
  let server: TestServer;
  let clock: FakeClock;
  beforeAll(async () => {
    clock = createFakeClock();
    server = await testServer(
      {
        COUNTERSIGN_KEY_REQUESTS_PER_SECOND: "5",
        COUNTERSIGN_ADDRESS_FAILURES_PER_MINUTE: "3",
        COUNTERSIGN_ADDRESS_REQUESTS_PER_SECOND: "1000",
      },
      { clock },
    );
  });
  afterAll(() => server.remove());
  const url = (): string => `${server.addresses[0]}/api/v1/verifications?limit=1`;

  test("W-5: a key above its rate gets 429 with Retry-After and the quota, and passes when it waited", async () => {
    const first = await ask(url(), { headers: withKey(server.key) });
    expect(first.headers).toMatchObject({ "ratelimit-policy": '"key";q=10;w=2', ratelimit: '"key";r=9;t=1' });
    for (let index = 0; index < 9; index++) {
      expect((await ask(url(), { headers: withKey(server.key) })).status).toBe(200);
    }
    const refused = await ask(url(), { headers: withKey(server.key) });
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatchObject({
      "retry-after": "1",
      "ratelimit-policy": '"key";q=10;w=2',
      ratelimit: '"key";r=0;t=2',
      "content-type": "application/problem+json; charset=utf-8",
    });
    expect(JSON.parse(refused.text)).toMatchObject({
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      code: "rate_limited",
      retryAt: new Date(clock.now() + 200).toISOString(),
    });
    await clock.advance(1_000);
    expect((await ask(url(), { headers: withKey(server.key) })).status).toBe(200);
  });

  test("W-6: wrong keys from one address are told to wait, whatever X-Forwarded-For says; a right key still passes", async () => {
    await clock.advance(60_000);
    const wrong = (index: number): Promise<{ status: number; headers: object }> =>
      ask(url(), {
        headers: { ...withKey(`cs_${"w".repeat(32)}${index}`), "x-forwarded-for": `203.0.113.${index}` },
      });
    expect([(await wrong(1)).status, (await wrong(2)).status, (await wrong(3)).status]).toEqual([
      401, 401, 401,
    ]);
    const refused = await wrong(4);
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatchObject({ "retry-after": "20", "ratelimit-policy": '"failures";q=3;w=60' });
    expect((await ask(url(), { headers: withKey(server.key) })).status).toBe(200);
    await clock.advance(20_000);
    expect((await wrong(5)).status).toBe(401);
  });

  test("the local administrator has no quota", async () => {
    const path = "http://localhost/api/v1/verifications?limit=1";
    for (let index = 0; index < 30; index++) {
      const answer = await ask(path, { socketPath: server.adminSocket });
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty("ratelimit");
    }
  });
});

describe("the client address behind a trusted proxy", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer(
      {
        COUNTERSIGN_ADDRESS_REQUESTS_PER_SECOND: "1",
        TRUSTED_PROXIES: "127.0.0.1,10.0.0.0/8",
      },
      { clock: createFakeClock() },
    );
  });
  afterAll(() => server.remove());
  const live = async (forwarded: string): Promise<number> =>
    (await ask(`${server.addresses[0]}/health/live`, { headers: { "x-forwarded-for": forwarded } })).status;

  test("W-6: the right-most hop that is no proxy counts, not what a client wrote to its left", async () => {
    expect(await live("198.51.100.1, 203.0.113.5")).toBe(200);
    expect(await live("198.51.100.2, 203.0.113.5, 10.0.0.7")).toBe(200);
    expect(await live("198.51.100.3, 203.0.113.5")).toBe(429);
    expect(await live("198.51.100.3, 203.0.113.6")).toBe(200);
  });

  test("W-6: a port behind an address is no part of it: each client is itself, whichever port it came from", async () => {
    expect(await live("198.51.100.9, 203.0.113.21:61001")).toBe(200);
    expect(await live("203.0.113.22:61001")).toBe(200);
    expect(await live("203.0.113.21:61002, 10.0.0.7:443")).toBe(200);
    expect(await live("203.0.113.21:61003")).toBe(429);
    expect(await live("[2001:db8:77::1]:61001")).toBe(200);
    expect(await live("[2001:db8:77::2]:61002")).toBe(200);
    expect(await live("2001:db8:77::3")).toBe(429);
  });

  test("what a proxy wrote that is no address counts as the proxy", async () => {
    expect(await live("unknown")).toBe(200);
    expect(await live("_hidden")).toBe(200);
    expect(await live("203.0.113.9:4711:x y")).toBe(429);
  });
});

test("a start is refused before anything is stored when its key is above its rate", async () => {
  const server = await testServer({ COUNTERSIGN_KEY_REQUESTS_PER_SECOND: "1" }, { clock: createFakeClock() });
  const asked = (to: string) =>
    ask(`${server.addresses[0]}/api/v1/verifications`, {
      method: "POST",
      headers: withKey(server.key),
      body: startBody(to),
    });
  const statuses = [];
  for (const to of ["+14155550121", "+14155550122", "+14155550123"]) statuses.push((await asked(to)).status);
  expect(statuses).toEqual([201, 201, 429]);
  const stored = await server.instance.store.verifications({ tenantId: server.instance.tenant.id, limit: 9 });
  expect(stored).toHaveLength(2);
  await server.remove();
});
