import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openInstance } from "../../src/instance/instance.ts";
import { createApp } from "../../src/server/app.ts";
import { sandboxDoor } from "../../src/server/sandbox.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-"));
const instance = await openInstance({ folder });
const app = createApp({
  engine: instance.engine,
  parts: instance.parts,
  register: sandboxDoor({ instance, guard: null }).register,
});
instance.engine.run();
const headers = { authorization: `Bearer ${instance.firstKey?.key}` };

afterAll(async () => {
  await app.close();
  await instance.close();
  rmSync(folder, { recursive: true });
});

test("start, read the code from the virtual phone, check: approved once", async () => {
  const started = await app.inject({
    method: "POST",
    url: "/api/v1/verifications",
    headers,
    payload: { to: "+1 415 555 0123" },
  });
  expect(started.statusCode).toBe(201);
  const { id } = started.json();
  await instance.engine.tick();
  const inbox = await app.inject({ url: "/sandbox/api/phones/+14155550123/messages" });
  const [message] = inbox.json().messages;
  const wrong = await app.inject({
    method: "POST",
    url: `/api/v1/verifications/${id}/check`,
    headers,
    payload: { code: message.code === "000000" ? "000001" : "000000" },
  });
  expect(wrong.statusCode).toBe(422);
  const right = await app.inject({
    method: "POST",
    url: `/api/v1/verifications/${id}/check`,
    headers,
    payload: { code: message.code },
  });
  expect(right.statusCode).toBe(200);
  const again = await app.inject({
    method: "POST",
    url: `/api/v1/verifications/${id}/check`,
    headers,
    payload: { code: message.code },
  });
  expect(again.statusCode).toBe(409);
});
