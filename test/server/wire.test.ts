import { memoryUsage } from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, rawSocket, readToEnd, sendRaw, type TestServer, testServer } from "./support.ts";

let server: TestServer;
beforeAll(async () => {
  server = await testServer(
    { COUNTERSIGN_ADDRESS_FAILURES_PER_MINUTE: "0" },
    {
      connectionLimits: {
        headersTimeoutMs: 300,
        requestTimeoutMs: 600,
        keepAliveTimeoutMs: 200,
        checkEveryMs: 50,
      },
    },
  );
});
afterAll(() => server.remove());

const head = "POST /api/v1/verifications HTTP/1.1\r\nHost: localhost\r\n";

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
}

function problemOf(answer: string): Record<string, unknown> {
  expect(answer).toMatch(/content-type: application\/problem\+json/i);
  return JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4));
}

describe("C-38: what two parsers could read differently is refused, and the connection closed", () => {
  const smuggled = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

  test.each<[string, string]>([
    [
      "Content-Length and Transfer-Encoding",
      `${head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      "Transfer-Encoding and Content-Length",
      `${head}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    ["two different lengths", `${head}Content-Length: 2\r\nContent-Length: 50\r\n\r\n{}${smuggled}`],
    ["the same length twice", `${head}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}${smuggled}`],
    ["a length with a sign", `${head}Content-Length: +2\r\n\r\n{}${smuggled}`],
    ["a list of lengths", `${head}Content-Length: 2, 2\r\n\r\n{}${smuggled}`],
    [
      "an unknown coding after chunked",
      `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    ["a disguised coding", `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ["a folded header", `${head}X-Folded: one\r\n two\r\nContent-Length: 0\r\n\r\n${smuggled}`],
    [
      "bare line feeds",
      `POST /api/v1/verifications HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n${smuggled}`,
    ],
    [
      "a bare carriage return in a header",
      `${head}X-A: one\rX-B: two\r\nContent-Length: 0\r\n\r\n${smuggled}`,
    ],
    ["a space before the colon", `${head}Content-Length : 0\r\n\r\n${smuggled}`],
    ["a header without a name", `${head}: nothing\r\n\r\n${smuggled}`],
    ["a NUL in a header", `${head}X-A: a\u0000b\r\n\r\n${smuggled}`],
    [
      "a chunk size that is none",
      `${head}Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n${smuggled}`,
    ],
    ["an unknown version", `GET /health/live HTTP/3.7\r\nHost: localhost\r\n\r\n${smuggled}`],
    ["no HTTP at all", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc"],
  ])("%s", async (_name, text) => {
    const answer = await sendRaw(server.port, text);
    expect(statusOf(answer)).toBe(400);
    expect(answer).toMatch(/connection: close/i);
    // One answer: what was smuggled behind it is not taken for a request.
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(problemOf(answer)).toMatchObject({ code: "request_malformed", status: 400 });
  });

  test("a request without Host is refused as a problem", async () => {
    const answer = await sendRaw(server.port, "GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n");
    expect(problemOf(answer)).toMatchObject({
      code: "request_malformed",
      detail: "The Host header is missing.",
    });
  });
});

test("W-3: an expectation that nobody knows changes nothing", async () => {
  const answer = await sendRaw(
    server.port,
    "GET /health/live HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\nConnection: close\r\n\r\n",
  );
  expect(statusOf(answer)).toBe(200);
});

describe("W-7: sizes", () => {
  test("headers of more than 16 KB: 431", async () => {
    const answer = await sendRaw(
      server.port,
      `GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Big: ${"a".repeat(17_000)}\r\n\r\n`,
    );
    expect(problemOf(answer)).toMatchObject({ code: "headers_too_large", status: 431 });
  });

  test("a URL of more than 8 KB: 414, also where no route would match", async () => {
    for (const path of ["/health/live?", "/api/v1/verifications/", "/"]) {
      const answer = await sendRaw(
        server.port,
        `GET ${path}${"a".repeat(8_200)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
      expect(problemOf(answer)).toMatchObject({ code: "url_too_long", status: 414 });
    }
  });

  test("W-3: a URL that cannot be decoded is a problem like any other", async () => {
    const answer = await sendRaw(
      server.port,
      "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    expect(problemOf(answer)).toMatchObject({ code: "not_found" });
    expect(answer).toMatch(/x-content-type-options: nosniff/);
  });

  test("a body on GET is refused: nobody would ever read it", async () => {
    const answer = await sendRaw(
      server.port,
      "GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    );
    expect(problemOf(answer)).toMatchObject({ code: "request_malformed" });
  });
});

describe("R-13: bodies without end", () => {
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
  const bytesSentMax = 1_073_741_824;

  /** Sends up to 1 GB in chunks until the server is done with us. */
  async function flood(headLines: string): Promise<{ answer: string; sentBytes: number }> {
    const socket = await rawSocket(server.port);
    const answer = readToEnd(socket);
    const isOver = answer.then(() => true);
    socket.write(`${headLines}Transfer-Encoding: chunked\r\n\r\n`);
    let sentBytes = 0;
    while (sentBytes < bytesSentMax && socket.writable) {
      sentBytes += chunk.length;
      if (!socket.write(chunk)) {
        const drained = new Promise<false>((resolve) => socket.once("drain", () => resolve(false)));
        if (await Promise.race([isOver, drained])) break;
      }
    }
    return { answer: await answer, sentBytes };
  }

  const routes: readonly (readonly [string, number])[] = [
    ["POST /api/v1/verifications", 413],
    ["POST /sandbox/api/faults", 413],
    ["POST /nowhere", 413],
    ["DELETE /sandbox/api/phones", 413],
    ["GET /health/live", 400],
  ];

  test.each(routes)("%s ends early and memory stays flat", async (route, status) => {
    const before = memoryUsage.rss();
    const authorization = `Authorization: Bearer ${server.key}\r\n`;
    const { answer, sentBytes } = await flood(
      `${route} HTTP/1.1\r\nHost: localhost\r\n${authorization}Content-Type: application/json\r\n`,
    );
    expect(statusOf(answer)).toBe(status);
    // What the kernel buffers on both sides is sent but never read.
    expect(sentBytes).toBeLessThan(16_000_000);
    expect(memoryUsage.rss() - before).toBeLessThan(64_000_000);
  });

  test("without a key nothing of it is parsed", async () => {
    const { answer, sentBytes } = await flood(`${head}Content-Type: application/json\r\n`);
    expect(statusOf(answer)).toBe(401);
    expect(sentBytes).toBeLessThan(16_000_000);
  });

  test("a declared length above the limit is refused before the body comes", async () => {
    const answer = await sendRaw(
      server.port,
      `${head}Authorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\nConnection: close\r\n\r\n`,
    );
    expect(problemOf(answer)).toMatchObject({ code: "body_too_large", status: 413 });
  });

  test.each(["gzip", "br", "deflate", "zstd", "x-unheard-of"])(
    "Content-Encoding: %s is refused",
    async (encoding) => {
      const answer = await sendRaw(
        server.port,
        `${head}Authorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Encoding: ${encoding}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      );
      expect(problemOf(answer)).toMatchObject({ code: "media_type_unsupported", status: 415 });
    },
  );
});

describe("R-12: slow clients", () => {
  test("headers that never end are cut off with 408", async () => {
    const answer = await sendRaw(server.port, "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    expect(problemOf(answer)).toMatchObject({ code: "request_timeout", status: 408 });
  });

  test("a body that never ends is cut off", async () => {
    const answer = await sendRaw(
      server.port,
      `${head}Authorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    );
    expect(statusOf(answer)).toBe(408);
  });

  test("an idle kept connection is closed", async () => {
    const answer = await sendRaw(server.port, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(statusOf(answer)).toBe(200);
  });

  test("a thousand connections that never finish their headers keep nobody waiting, and cost little", async () => {
    const other = await testServer({ HOST: "127.0.0.1" });
    const before = memoryUsage.rss();
    const slow = await Promise.all(Array.from({ length: 1_000 }, () => rawSocket(other.port)));
    for (const socket of slow) {
      socket.on("error", () => {});
      socket.write("GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    }
    for (let index = 0; index < 50; index++) {
      expect((await ask(`${other.addresses[0]}/health/live`)).status).toBe(200);
    }
    expect(memoryUsage.rss() - before).toBeLessThan(150_000_000);
    for (const socket of slow) socket.destroy();
    await other.remove();
  });

  test("connections above the limit are dropped, those within it are served", async () => {
    const other = await testServer({ HOST: "127.0.0.1", COUNTERSIGN_CONNECTIONS_MAX: "2" });
    const held = await Promise.all([rawSocket(other.port), rawSocket(other.port)]);
    await expect(ask(`${other.addresses[0]}/health/live`)).rejects.toThrow(/ECONNRESET|hang up/);
    const ended = readToEnd(held[0]!);
    held[0]?.write("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    expect(await ended).toMatch(/^HTTP\/1\.1 200 /);
    expect((await ask(`${other.addresses[0]}/health/live`)).status).toBe(200);
    for (const socket of held) socket.destroy();
    await other.remove();
  });

  test("a connection on which nothing comes is closed", async () => {
    const socket = await rawSocket(server.port);
    expect(await readToEnd(socket)).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });
});

test("C-37: a callback at what is no address of ours is malformed, not a failure of ours", async () => {
  const carriers = await testServer({
    COUNTERSIGN_COUNTRIES: "US",
    COUNTERSIGN_MONEY_PER_DAY: "1",
    COUNTERSIGN_TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
    COUNTERSIGN_TWILIO_AUTH_TOKEN: "0".repeat(32),
    COUNTERSIGN_TWILIO_FROM: "+15005550006",
    COUNTERSIGN_VONAGE_API_KEY: "abcd1234",
    COUNTERSIGN_VONAGE_API_SECRET: "a secret of vonage",
    COUNTERSIGN_VONAGE_FROM: "+15005550006",
  });
  try {
    const get = async (target: string, host: string): Promise<number> =>
      statusOf(
        await sendRaw(carriers.port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      );
    for (const path of ["/callbacks/twilio", "/callbacks/vonage?messageId=1"]) {
      for (const host of ["a b", "x:99999", "[::"]) expect(await get(path, host), host).toBe(400);
      expect(await get(`http://x${path}`, "localhost:1")).toBe(400);
      // The one of an address is refused for what is not signed.
      expect(await get(path, "localhost:1")).toBe(403);
    }
  } finally {
    await carriers.remove();
  }
});
