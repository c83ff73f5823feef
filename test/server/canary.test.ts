import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Provider } from "../../src/delivery/index.ts";
import { createApp } from "../../src/server/app.ts";
import { createLog } from "../../src/server/log.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { noCapabilities } from "../support/recorder.ts";
import { type Answer, ask, collectLog, sendRaw, type TestServer, testServer } from "./support.ts";

/** Values that appear nowhere by chance. Whatever else they are, they must end up in no log and no file. */
const canary = {
  apiKey: "canaryKEY-9f2Lx7Qv4Tn8Rw3Zs6Bd1Hm5",
  number: "+14155550123",
  otherNumber: "+14155550187",
  suppliedCode: "QZ7KX4W9VT",
  wrongCode: "CNRYWRONG7",
  binding: "canary-binding-5Jt8Wq",
  wrongKey: "canaryWRONGkey-3Vb6Nm9Lk2Jh5Gf8Dd",
  basic: "canaryBasicPassword-7Yh4",
  query: "canaryQuerySecret-2Ws9",
  subject: "canary-subject-8Uj3",
  idempotency: "canary-idempotency-6Tg1",
} as const;
const master = "canaryMASTER-4kPz8Wd2Rv7Xn1Qs6Lb9Tj3";

/** A value as it could hide: in another spelling, in base64 at each of its three offsets, in hex, in a URL. */
function formsOf(value: string): readonly string[] {
  const spellings = new Set([value]);
  if (value.startsWith("+1415")) {
    const [area, office, line] = [value.slice(2, 5), value.slice(5, 8), value.slice(8)];
    for (const spelled of [
      value.slice(1),
      value.slice(2),
      `(${area}) ${office}-${line}`,
      `${area}-${office}-${line}`,
      `${area} ${office} ${line}`,
      `${area}.${office}.${line}`,
      `${office}-${line}`,
    ]) {
      spellings.add(spelled);
    }
  }
  return [...spellings].flatMap((one) => {
    const bytes = Buffer.from(one, "utf8");
    const base64 = [0, 1, 2].flatMap((offset) => {
      // The characters at both ends also hold bits of the neighbours.
      const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
        .toString("base64")
        .replace(/=+$/, "");
      const inner = encoded.slice(offset === 0 ? 0 : offset + 1, -1);
      return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
    });
    const hex = bytes.toString("hex");
    return [one, encodeURIComponent(one), hex, hex.toUpperCase(), ...base64, bytes.toString("utf16le")];
  });
}

function hits(haystack: string, needles: readonly string[]): readonly string[] {
  return needles.filter((needle) => needle.length >= 7 && haystack.includes(needle));
}

test("the search finds a canary in each of its disguises", () => {
  const forms = formsOf(canary.number);
  const disguised = [
    "4155550123",
    "(415) 555-0123",
    "%2B14155550123",
    Buffer.from(canary.number).toString("hex"),
  ];
  const inBase64 = ["", "a", "ab"].map((before) =>
    Buffer.from(`${before}${canary.number} and more`).toString("base64"),
  );
  for (const text of [...disguised, ...inBase64]) expect(hits(`before ${text} after`, forms)).not.toEqual([]);
  expect(hits("before +14155550124 after", forms)).toEqual([]);
});

describe("C-35, K-7, N-8: canaries in every input, at level trace", () => {
  let server: TestServer;
  let clock: FakeClock;
  const answers: Answer[] = [];
  const secrets: string[] = [];
  let derivedCode = "";

  beforeAll(async () => {
    clock = createFakeClock();
    server = await testServer(
      { COUNTERSIGN_LOG: "trace", COUNTERSIGN_API_KEY: canary.apiKey, COUNTERSIGN_SECRET: master },
      { clock },
    );
    await verifications();
    await refusals();
    await wire();
    secrets.push(...Object.values(canary), derivedCode, master);
  });
  afterAll(() => server.remove());

  const headers = { authorization: `Bearer ${canary.apiKey}`, "content-type": "application/json" };
  async function call(method: string, path: string, body?: unknown, more: Record<string, string> = {}) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await ask(`${server.addresses[0]}${path}`, {
      method,
      headers: { ...headers, ...more },
      ...sent,
    });
    answers.push(answer);
    return answer;
  }

  /** Everything that works, with every field that a caller may fill. */
  async function verifications(): Promise<void> {
    const { binding, subject, suppliedCode } = canary;
    const started = await call(
      "POST",
      "/api/v1/verifications",
      { to: "+1 (415) 555-0123", binding, subject, codeLength: 10 },
      { "idempotency-key": canary.idempotency },
    );
    expect(started.status).toBe(201);
    const { id } = JSON.parse(started.text);
    await server.instance.engine.tick();
    derivedCode = server.instance.sandbox?.phones.messages(canary.number)[0]?.code ?? "";
    expect(derivedCode).toMatch(/^\d{10}$/);
    const path = `/api/v1/verifications/${id}`;
    await call("GET", path, undefined, { "countersign-binding": binding });
    expect((await call("POST", `${path}/check`, { code: "0000000000", binding, subject })).status).toBe(422);
    expect((await call("POST", `${path}/check`, { code: derivedCode, binding, subject })).status).toBe(200);
    const own = await call("POST", "/api/v1/verifications", { to: canary.otherNumber, code: suppliedCode });
    expect(own.status).toBe(201);
    await server.instance.engine.tick();
    const ownPath = `/api/v1/verifications/${JSON.parse(own.text).id}`;
    await call("POST", `${ownPath}/check`, { code: canary.wrongCode });
    await call("POST", `${ownPath}/resend`, {});
    await call("GET", `/api/v1/verifications?to=${encodeURIComponent(canary.number)}`);
    await call("GET", `/api/v1/numbers/${encodeURIComponent(canary.number)}`);
    await call("GET", `/sandbox/api/phones/${encodeURIComponent(canary.number)}/messages`);
  }

  /** Everything that is refused, with secrets where they do not belong. */
  async function refusals(): Promise<void> {
    await call("POST", "/api/v1/verifications", {
      to: `${canary.number}x`,
      [canary.query]: canary.suppliedCode,
    });
    await call("POST", "/api/v1/verifications", { to: canary.number, brand: canary.subject.repeat(3) });
    await call("POST", `/api/v1/verifications/${canary.suppliedCode}/check`, { code: canary.suppliedCode });
    await call("GET", `/verify/json?api_secret=${canary.query}&number=${canary.number}`);
    await call("GET", `/${canary.query}/${canary.number}`);
    await call("GET", `/%zz${canary.query}`);
    await call("GET", "/api/v1/verifications", undefined, { authorization: `Bearer ${canary.wrongKey}` });
    const basic = Buffer.from(`${canary.query}:${canary.basic}`).toString("base64");
    await call("GET", "/api/v1/verifications", undefined, { authorization: `Basic ${basic}` });
    await call("GET", "/api/v1/verifications", undefined, {
      "x-request-id": canary.query,
      cookie: canary.basic,
    });
    await call("GET", "/health/live", undefined, {
      "x-forwarded-for": canary.number,
      "user-agent": canary.query,
    });
  }

  /** What never becomes a request. */
  async function wire(): Promise<void> {
    const line = `${canary.query} ${canary.number}`;
    await sendRaw(server.port, `${line}\r\n\r\n`);
    await sendRaw(server.port, `GET /${line} HTTP/1.1\r\n${canary.basic}\r\n\r\n`);
    await sendRaw(server.port, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x${canary.query}\r\n\r\n`);
  }

  test("the log has one line for every request, and no canary in any form", async () => {
    const lines = server.logged.lines().filter((line) => line["event"] === "request");
    expect(lines).toHaveLength(answers.length);
    expect(
      lines.every((line) => typeof line["requestId"] === "string" && typeof line["ms"] === "number"),
    ).toBe(true);
    const routes = new Set(lines.map((line) => line["route"]));
    expect(routes).toContain("/api/v1/verifications/:id/check");
    expect(routes).toContain("unmatched");
    expect(hits(server.logged.text, secrets.flatMap(formsOf))).toEqual([]);
  });

  test("the database, its log and a backup hold no code, no number and no key in any form", async () => {
    const { data } = server.settings;
    const backup = join(data, "canary-backup.db");
    await server.instance.store.backup(backup);
    const files = [join(data, "countersign.db"), join(data, "countersign.db-wal"), backup];
    const stored = files.map((file) => readFileSync(file, "latin1"));
    expect(stored[0]?.length).toBeGreaterThan(4_096);
    // A subject is the caller's own id of a user, and is shown again.
    const { subject: _shown, ...hidden } = canary;
    const needles = [...Object.values(hidden), derivedCode, master].flatMap(formsOf);
    for (const content of stored) expect(hits(content, needles)).toEqual([]);
  });

  test("metrics hold none", async () => {
    const { text } = await ask(`${server.addresses[0]}/metrics`);
    expect(hits(text, secrets.flatMap(formsOf))).toEqual([]);
  });

  test("no answer repeats a key, a password or a code", () => {
    const { apiKey, wrongKey, basic, suppliedCode, wrongCode, query } = canary;
    const all = answers
      .filter((one) => !one.text.includes('"messages"'))
      .map((one) => one.text + JSON.stringify(one.headers));
    const found = hits(
      all.join("\n"),
      [apiKey, wrongKey, basic, wrongCode, suppliedCode, master].flatMap(formsOf),
    );
    expect(found).toEqual([]);
    expect(all.some((text) => text.includes(query))).toBe(true);
  });
});

describe("failures of others", () => {
  test("K-7: a provider that throws with number and code in its message leaves neither in the log", async () => {
    const failing: Provider = {
      id: "failing",
      channels: ["sms", "voice"],
      capabilities: noCapabilities,
      send(message) {
        throw new Error(`cannot send ${message.code} to ${message.to}: ${message.text}`);
      },
    };
    const server = await testServer(
      {
        COUNTERSIGN_LOG: "trace",
        COUNTERSIGN_SANDBOX: "off",
        COUNTERSIGN_COUNTRIES: "US",
        COUNTERSIGN_MONEY_PER_DAY: "10",
      },
      { clock: createFakeClock(), providers: [failing] },
    );
    const started = await ask(`${server.addresses[0]}/api/v1/verifications`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
      body: JSON.stringify({ to: canary.number, code: canary.suppliedCode }),
    });
    expect(started.status).toBe(201);
    await server.instance.engine.tick();
    expect(server.logged.text).toContain("a provider threw instead of answering");
    expect(hits(server.logged.text, [canary.number, canary.suppliedCode].flatMap(formsOf))).toEqual([]);
    await server.remove();
  });

  test("W-3: a fault of ours is 500 without its message, and its log line has the place and not the words", async () => {
    const server = await testServer();
    const logged = collectLog();
    const app = createApp({
      engine: server.instance.engine,
      parts: { ...server.instance.parts, log: createLog("trace", logged) },
      register: (one) => {
        one.get("/broken", () => {
          throw new TypeError(`no phone ${canary.number}\nwith code ${canary.suppliedCode}`);
        });
      },
    });
    const answer = await app.inject({ url: "/broken" });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: "internal_error", status: 500 });
    const failure = logged.lines().find((line) => line["event"] === "failure");
    expect(failure).toMatchObject({ error: "TypeError", route: "/broken", level: "error" });
    expect(failure?.["stack"]).toMatch(/^ {4}at /);
    expect(hits(answer.body + logged.text, [canary.number, canary.suppliedCode].flatMap(formsOf))).toEqual(
      [],
    );
    await app.close();
    await server.remove();
  });

  test("C-34: line ends and terminal escapes in what callers send stay inside one line of JSON", () => {
    const logged = collectLog();
    createLog("info", logged).info({ event: 'a"\n{"level":"fatal"}\u001b[2J\u2028' }, "a sentence");
    expect(logged.text.trimEnd().split("\n")).toHaveLength(1);
    expect(logged.lines()[0]).toMatchObject({ level: "info", event: 'a"\n{"level":"fatal"}\u001b[2J\u2028' });
    expect(logged.text).not.toContain("\u001b");
  });
});
