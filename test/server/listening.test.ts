import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Agent, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { StartRefused, startServer } from "../../src/server/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import {
  ask,
  rawSocket,
  readToEnd,
  settingsOf,
  startBody,
  type TestServer,
  testServer,
  withKey,
} from "./support.ts";

const running: TestServer[] = [];
async function started(...args: Parameters<typeof testServer>): Promise<TestServer> {
  const server = await testServer(...args);
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.remove()));
});

describe("addresses", () => {
  test("a free port is the same on both loopback addresses, and both answer", async () => {
    const server = await started();
    expect(server.addresses).toEqual([`http://127.0.0.1:${server.port}`, `http://[::1]:${server.port}`]);
    expect(server.url).toBe(`http://localhost:${server.port}`);
    for (const address of server.addresses) {
      expect((await ask(`${address}/health/ready`)).status).toBe(200);
    }
  });

  test("HOST chooses the addresses, PUBLIC_URL the one to show", async () => {
    const server = await started({ HOST: "127.0.0.1", PUBLIC_URL: "https://verify.example.com" });
    expect(server.addresses).toEqual([`http://127.0.0.1:${server.port}`]);
    expect(server.url).toBe("https://verify.example.com");
  });
});

describe("refusals to start are one sentence with the remedy", () => {
  async function refusal(settings: ReturnType<typeof settingsOf>): Promise<StartRefused> {
    const cause: unknown = await startServer({ settings, logTo: { write: () => {} }, lockWaitMs: 0 }).then(
      (server) => server.close(),
      (reason: unknown) => reason,
    );
    if (!(cause instanceof StartRefused)) throw new Error("it started", { cause });
    expect(cause.message).not.toContain("\n");
    return cause;
  }

  test("a port in use: PORT is the remedy, and no first key was made and lost", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const settings = settingsOf();
    const cause = await refusal({ ...settings, port });
    expect(cause.code).toBe("address_in_use");
    expect(cause.message).toMatch(new RegExp(`^port ${port} of 127.0.0.1 is in use .* PORT `));
    other.close();
    const server = await startServer({ settings, logTo: { write: () => {} } });
    expect(server.firstKey?.key).toMatch(/^cs_/);
    await server.close();
  });

  test("an address of another machine: HOST is the remedy", async () => {
    const cause = await refusal(settingsOf({ HOST: "192.0.2.1" }));
    expect(cause).toMatchObject({
      code: "address_unusable",
      message: expect.stringMatching(/correct HOST$/),
    });
  });

  test("a data folder in use: the holder and COUNTERSIGN_DATA are named", async () => {
    const server = await started();
    const cause = await refusal(server.settings);
    expect(cause.code).toBe("data_folder_in_use");
    expect(cause.message).toMatch(/COUNTERSIGN_DATA|close the first/);
  });

  test("K-5: data written with another master secret is left alone", async () => {
    const server = await started();
    await server.close();
    const cause = await refusal(
      settingsOf({
        COUNTERSIGN_DATA: server.settings.data,
        COUNTERSIGN_SECRET: "8f3kD9sLq2VbX7mNc4TzR6wYh1JpGa5U",
      }),
    );
    expect(cause.code).toBe("secret_invalid");
    expect(cause.message).toMatch(/COUNTERSIGN_SECRET/);
  });

  test("K-5: data whose secret is missing gets no new one, which would hide what is missing", async () => {
    const server = await started();
    await server.close();
    const path = join(server.settings.data, "secret");
    const right = readFileSync(path, "utf8");
    rmSync(path);
    for (let again = 0; again < 2; again++) {
      const cause = await refusal(server.settings);
      expect(cause.code).toBe("secret_invalid");
      expect(cause.message).toContain('the file "secret"');
      expect(existsSync(path)).toBe(false);
    }
    writeFileSync(path, right.slice(0, 9), { mode: 0o600 });
    expect((await refusal(server.settings)).message).toContain(`${path} is not the master secret`);
    writeFileSync(path, right, { mode: 0o600 });
    const back = await startServer({ settings: server.settings, logTo: { write: () => {} } });
    expect(back.firstKey).toBeNull();
    await back.close();
  });

  test("K-5: a first start that is refused leaves no secret, whatever refused it", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const settings = { ...settingsOf(), port };
    expect((await refusal(settings)).code).toBe("address_in_use");
    expect(existsSync(join(settings.data, "secret"))).toBe(false);
    other.close();
  });

  test("a file that is no database is not overwritten", async () => {
    const settings = settingsOf();
    mkdirSync(settings.data, { recursive: true });
    writeFileSync(
      join(settings.data, "countersign.db"),
      "this is a text about databases, and none itself".repeat(99),
    );
    expect(await refusal(settings)).toMatchObject({ code: "data_unreadable" });
  });

  test("a data folder that is a file", async () => {
    const settings = settingsOf();
    writeFileSync(settings.data, "");
    const cause = await refusal(settings);
    expect(cause.code).toBe("data_folder_unusable");
    expect(cause.message).toMatch(/COUNTERSIGN_DATA$/);
  });
});

describe("the admin socket", () => {
  test("is a file of mode 0600 in the data folder, replaces a stale one, and goes with the server", async () => {
    const settings = settingsOf();
    mkdirSync(settings.data, { recursive: true });
    const path = join(settings.data, "admin.sock");
    writeFileSync(path, "left behind");
    const server = await startServer({ settings, logTo: { write: () => {} } });
    expect(server.adminSocket).toBe(path);
    expect(statSync(path).isSocket()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  test("needs no key; the same request over TCP does, whatever its headers claim", async () => {
    const server = await started();
    const path = "/api/v1/verifications";
    const asked = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: startBody("+14155550123"),
    };
    const local = await ask(`http://localhost${path}`, { ...asked, socketPath: server.adminSocket });
    expect(local.status).toBe(201);
    const claims = { ...asked.headers, host: "localhost", "x-admin": "1", "x-forwarded-for": "127.0.0.1" };
    const remote = await ask(`${server.addresses[0]}${path}`, { ...asked, headers: claims });
    expect(remote.status).toBe(401);
  });
});

describe("R-18: stopping", () => {
  let clients: Promise<unknown> = Promise.resolve();

  test("a request under way is finished, a kept connection gets its last answer, and a second close does nothing", async () => {
    const server = await started();
    const body = startBody("+14155550123");
    const slow = await rawSocket(server.port);
    const answer = readToEnd(slow);
    // All but the last byte: the request is under way and cannot be answered yet.
    const head = `POST /api/v1/verifications HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    slow.write(head + body.slice(0, -1));
    const agent = new Agent({ keepAlive: true });
    const kept = await keptAnswer(server.port, agent);
    expect(kept).toMatchObject({ status: 200, connection: "keep-alive" });
    await reached(server);

    const closing = server.close();
    expect(await keptAnswer(server.port, agent)).toMatchObject({ status: 503, connection: "close" });
    slow.write(body.slice(-1));
    expect(await answer).toMatch(/^HTTP\/1\.1 201 /);
    await closing;
    await server.close();
    await expect(ask(`${server.addresses[0]}/health/live`)).rejects.toThrow(/ECONNREFUSED/);
    agent.destroy();
  });

  test("under load no request that was sent on a connection stays without its answer", async () => {
    const server = await started({
      COUNTERSIGN_KEY_REQUESTS_PER_SECOND: "0",
      COUNTERSIGN_ADDRESS_REQUESTS_PER_SECOND: "0",
    });
    const outcomes: string[] = [];
    let answered = 0;
    const warm = new Promise<void>((resolve) => {
      const client = async (): Promise<void> => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        for (;;) {
          const outcome = await keptAnswer(server.port, agent, "/health/live").then(
            ({ status }) => String(status),
            (cause: NodeJS.ErrnoException) => cause.code ?? "failed",
          );
          outcomes.push(outcome);
          answered += 1;
          if (answered === 200) resolve();
          // The next node would take over here.
          if (outcome === "ECONNREFUSED") return agent.destroy();
        }
      };
      clients = Promise.all(Array.from({ length: 16 }, client));
    });
    await warm;
    await server.close();
    await clients;
    expect([...new Set(outcomes)].sort()).toEqual(["200", "ECONNREFUSED"]);
    expect(outcomes.filter((one) => one === "ECONNREFUSED")).toHaveLength(16);
  });

  test("a request that never ends holds up the stop until the time for it is over, and is cut then", async () => {
    const server = await started({}, { connectionLimits: { drainMs: 500 } });
    const stuck = await rawSocket(server.port);
    const answer = readToEnd(stuck);
    stuck.write("POST /api/v1/verifications HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{");
    await reached(server);
    await server.close();
    expect(await answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  });

  test("what was started is still there after the stop, on the same data", async () => {
    const server = await started();
    const headers = withKey(server.key);
    const first = await ask(`${server.url}/api/v1/verifications`, {
      method: "POST",
      headers,
      body: startBody("+14155550123"),
    });
    await server.close();
    const again = await started({ COUNTERSIGN_DATA: server.settings.data });
    expect(again.firstKey).toBeNull();
    const { id } = JSON.parse(first.text);
    const found = await ask(`${again.url}/api/v1/verifications/${id}`, { headers });
    expect(JSON.parse(found.text)).toMatchObject({ id, status: "pending" });
  });

  test("the engine's clock does not hold up the sockets", async () => {
    const server = await started({}, { clock: createFakeClock() });
    expect((await ask(`${server.url}/health/ready`)).status).toBe(200);
    await server.close();
  });
});

/** Resolves after a round trip on another connection: what was written before has arrived by then. */
async function reached(server: TestServer): Promise<void> {
  await ask(`${server.addresses[0]}/health/live`);
}

function keptAnswer(
  port: number,
  agent: Agent,
  path = "/health/ready",
): Promise<{ status: number; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, agent }, (response) => {
      response.resume();
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection }),
      );
    }).on("error", reject);
  });
}
