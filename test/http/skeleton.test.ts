import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openInstance } from "../../src/instance/instance.ts";
import { openDoorWithPhones } from "./door.ts";

test("start, read the code from the virtual phone, check: approved once", async ({ onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  const instance = await openInstance({ folder });
  const { port, close } = await openDoorWithPhones(instance);
  onTestFinished(async () => {
    await close();
    await instance.close();
    rmSync(folder, { recursive: true });
  });
  instance.engine.run();
  const base = `http://127.0.0.1:${port}`;
  const headers = {
    authorization: `Bearer ${instance.firstKey?.key}`,
    "content-type": "application/json",
  };
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${base}/api/v1/verifications${path}`, { method: "POST", headers, body: JSON.stringify(body) });

  const started = await post("", { to: "+1 415 555 0123" });
  expect(started.status).toBe(201);
  const { id } = (await started.json()) as { id: string };
  await instance.engine.tick();
  const inbox = await fetch(`${base}/sandbox/api/phones/+14155550123/messages`);
  const { messages } = (await inbox.json()) as { messages: readonly { code: string }[] };
  const code = messages[0]?.code;
  const wrong = await post(`/${id}/check`, { code: code === "000000" ? "000001" : "000000" });
  expect(wrong.status).toBe(422);
  expect((await post(`/${id}/check`, { code })).status).toBe(200);
  expect((await post(`/${id}/check`, { code })).status).toBe(409);
});
