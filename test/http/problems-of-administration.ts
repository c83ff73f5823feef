import { expect, test } from "vitest";
import { type Call, freshNumber, type Installation } from "./installation.ts";
import type { Provoke } from "./problems-of-verifications.ts";

type ExpectOfCall = (operationId: string, asked: Call, code: string) => Promise<void>;

/** What numbers, keys, services, messages, webhooks and backups refuse with. */
export function problemsOfAdministration(installation: Installation, provoke: Provoke): void {
  const { call } = installation;

  test("numbers, keys, services and backups refuse what only they know", async () => {
    const expectOfCall: ExpectOfCall = async (operationId, asked, code) => {
      expect((await provoke(operationId, asked)).json?.code).toBe(code);
    };
    await expectOfCall("getNumber", { path: "/numbers/0" }, "number_invalid");
    await expectOfCall("explainRoute", { path: "/numbers/0/route" }, "number_invalid");
    const wrongQuery = { path: "/numbers/%2B14155550123/route?channel=fax" };
    await expectOfCall("explainRoute", wrongQuery, "request_invalid");
    await expectOfCall("eraseNumber", { method: "DELETE", path: "/numbers/0" }, "number_invalid");
    await expectOfCall("unlockNumber", { method: "DELETE", path: "/numbers/0/lock" }, "number_invalid");
    await expectOfCall("optNumberIn", { method: "DELETE", path: "/numbers/0/opt-out" }, "number_invalid");
    await expectOfCall("listVerifications", { path: "/verifications?to=0" }, "number_invalid");
    const { id } = await installation.makeKey({ scopes: ["keys:read"] });
    await call({ method: "DELETE", path: `/keys/${id}` });
    await expectOfCall("rotateKey", { method: "POST", path: `/keys/${id}/rotate` }, "resource_conflict");
    const taken = { name: "default" };
    await expectOfCall(
      "createService",
      { method: "POST", path: "/services", body: taken },
      "resource_conflict",
    );
    const made = await call({ method: "POST", path: "/services", body: { name: "renamed" } });
    const path = `/services/${made.json.id}`;
    await expectOfCall("updateService", { method: "PATCH", path, body: taken }, "resource_conflict");
    const stale = { method: "PATCH", path, body: { locale: "de" }, headers: { "if-match": '"another"' } };
    await expectOfCall("updateService", stale, "precondition_failed");
    await expectOfMessages(call, expectOfCall);
    await expectOfWebhooks(call, expectOfCall);
    await expectOfSecrets(call, expectOfCall);
    const backup = { method: "POST", path: "/backup", body: { name: "twice" } };
    await call(backup);
    await expectOfCall("createBackup", backup, "resource_conflict");
  });
}

async function expectOfSecrets(call: Installation["call"], expectOfCall: ExpectOfCall): Promise<void> {
  const rotate = (body: object): Call => ({ method: "POST", path: "/secrets/rotation", body });
  await expectOfCall("rotateSecrets", rotate({ tenant: "nobody" }), "not_found");
  await call(rotate({}));
  await expectOfCall("rotateSecrets", rotate({ keepDataKeys: true }), "resource_conflict");
}

async function expectOfMessages(call: Installation["call"], expectOfCall: ExpectOfCall): Promise<void> {
  const send = (body: object): Call => ({
    method: "POST",
    path: "/messages",
    body: { text: "hello", ...body },
  });
  await expectOfCall("sendMessage", send({ to: "0" }), "number_invalid");
  await expectOfCall("sendMessage", send({ to: "+19005550123" }), "number_not_allowed");
  await expectOfCall("sendMessage", send({ to: freshNumber(), service: "nobody" }), "service_not_found");
  const to = freshNumber();
  const once = { ...send({ to }), headers: { "idempotency-key": "sent-and-erased" } };
  await call(once);
  await call({ method: "DELETE", path: `/numbers/${encodeURIComponent(to)}` });
  await expectOfCall("sendMessage", once, "not_found");
  await expectOfCall("listMessages", { path: "/messages?to=0" }, "number_invalid");
  await expectOfCall("listDeliveries", { path: "/deliveries?to=0" }, "number_invalid");
}

async function expectOfWebhooks(call: Installation["call"], expectOfCall: ExpectOfCall): Promise<void> {
  const url = "https://hooks.example.com/";
  const create = { method: "POST", path: "/webhooks", body: { url } };
  await expectOfCall("createWebhook", { ...create, body: { url, service: "nobody" } }, "service_not_found");
  const once = { ...create, headers: { "idempotency-key": "made-and-removed" } };
  await call({ method: "DELETE", path: `/webhooks/${(await call(once)).json.id}` });
  await expectOfCall("createWebhook", once, "not_found");
  const { json } = await call(create);
  const path = `/webhooks/${json.id}`;
  await call({ method: "PATCH", path, body: { enabled: false } });
  await expectOfCall("testWebhook", { method: "POST", path: `${path}/test` }, "webhook_disabled");
  const headers = { "if-match": '"another"' };
  const change = { method: "PATCH", path, body: { enabled: true }, headers };
  await expectOfCall("updateWebhook", change, "precondition_failed");
  await expectOfCall("deleteWebhook", { method: "DELETE", path, headers }, "precondition_failed");
  const rotate = { method: "POST", path: `${path}/rotate`, headers };
  await expectOfCall("rotateWebhookSecret", rotate, "precondition_failed");
  const replay = { method: "POST", path: `${path}/replay`, body: { cursor: "x" } };
  await expectOfCall("replayWebhookEvents", replay, "cursor_invalid");
  // A service has ten at the most, and some are there already.
  for (let n = 0; n < 10; n++) await call(create);
  await expectOfCall("createWebhook", create, "resource_conflict");
}
