import { afterAll, describe, expect, test } from "vitest";
import { loadSettings, settingNames } from "../../src/config/index.ts";
import { openConfigured } from "../../src/instance/from-settings.ts";
import { scriptedProvider } from "../support/scripted-provider.ts";
import { ask, settingsOf, startBody, testServer, withKey } from "./support.ts";

const carrier = scriptedProvider("carrier");
const server = await testServer(
  { COUNTERSIGN_SANDBOX: "off", COUNTERSIGN_COUNTRIES: "US", COUNTERSIGN_MONEY_PER_DAY: "10" },
  { providers: [carrier] },
);
afterAll(() => server.remove());

describe("DT-5: with a live carrier nothing makes a fault on request", () => {
  test.each([
    { COUNTERSIGN_SANDBOX: "on" },
    {
      COUNTERSIGN_SANDBOX: "on",
      COUNTERSIGN_ENV: "production",
      COUNTERSIGN_SECRET: "8f3kD9sLq2VbX7mNc4TzR6wYh1JpGa5U",
    },
  ])("the sandbox, which can, is refused beside it: %j", async (environment) => {
    const loaded = loadSettings({ environment, carriers: ["carrier"] });
    expect(loaded.type).toBe("refused");
    const settings = settingsOf(environment);
    await expect(openConfigured(settings, { providers: [carrier] })).rejects.toThrow(/never run together/);
  });

  test("no route sets one, whoever asks", async () => {
    const body = JSON.stringify({ prefix: "+1415", type: "refuse" });
    for (const socketPath of [null, server.adminSocket]) {
      const url = `${server.addresses[0]}/sandbox/api/faults`;
      const answer = await ask(url, { method: "POST", headers: withKey(server.key), body, socketPath });
      expect(answer.status).toBe(404);
    }
    const started = await ask(`${server.addresses[0]}/api/v1/verifications`, {
      method: "POST",
      headers: withKey(server.key),
      body: startBody("+14155550123"),
    });
    expect(started.status).toBe(201);
    await expect.poll(() => carrier.received.length).toBe(1);
  });

  test("no setting is about faults", () => {
    expect(settingNames.filter((name) => /fault|chaos|inject|simulat|fail/i.test(name))).toEqual([
      "addressFailuresPerMinute",
    ]);
  });
});
