import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../support/postgres.ts";

const config = join(import.meta.dirname, "..", "..", "deploy", "haproxy.cfg");

test("deploy/haproxy.cfg: what a server that is going did not take is answered by the other one", async (context) => {
  if (spawnSync("haproxy", ["-v"]).status !== 0) {
    return context.skip("there is no haproxy here: apt-get install haproxy");
  }
  const taken: string[] = [];
  const staying = createServer((request, response) => {
    if (request.method === "POST") taken.push(`${request.url} for ${request.headers["x-forwarded-for"]}`);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(staying, "listening");
  const { port } = staying.address() as { port: number };
  const [listen, gone] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const proxy = spawn("haproxy", ["-db", "-f", config], {
    env: { PATH: process.env["PATH"], LISTEN: listen, NODE_1: gone, NODE_2: `127.0.0.1:${port}` },
    stdio: ["ignore", "ignore", "ignore"],
  });
  const ended = once(proxy, "exit");
  onTestFinished(async () => {
    proxy.kill("SIGTERM");
    await ended;
    staying.close();
  });
  // Until the first answer the proxy itself is starting.
  const post = () => fetch(`http://${listen}/api/v1/verifications`, { method: "POST" }).catch(() => null);
  let first = await post();
  for (let tries = 0; tries < 2_000 && first === null; tries++) first = await post();
  const statuses = [first?.status];
  for (let count = 1; count < 8; count++) statuses.push((await post())?.status);
  expect(statuses).toEqual(Array(8).fill(200));
  expect(taken).toEqual(Array(8).fill("/api/v1/verifications for 127.0.0.1"));
  for (const path of ["/metrics", "/sandbox/api/phones"]) {
    expect((await fetch(`http://${listen}${path}`)).status).toBe(403);
  }
});
