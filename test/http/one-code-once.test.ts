import { afterAll, describe, expect, test } from "vitest";
import { startPostgres } from "../support/postgres.ts";
import { openOnPostgres, raceCodes } from "./code-race.ts";
import { shareOfRequests } from "./door.ts";
import { type Answer, freshNumber, type Installation, openInstallation } from "./installation.ts";

/** `COUNTERSIGN_PROOF=full` repeats each race a hundred times; `npm run prove -- codes` those of apps and recovery codes. */
const rounds = process.env["COUNTERSIGN_PROOF"] === "full" ? 100 : 1;
const parallel = 200;
const asked = { rounds, parallel };
const minute = 60_000;

const stores: (readonly [string, () => Promise<Installation>])[] = [["SQLite", () => openInstallation()]];
// A framework around us changes nothing about the store.
if (shareOfRequests() === 1) {
  const server = await startPostgres();
  afterAll(() => server.stop());
  stores.push(["PostgreSQL", () => openOnPostgres(server)]);
}

describe.each(stores)("over HTTP, on %s", (_name, open) => {
  test.each(["totp", "recoveryCodes"] as const)(
    `T-4, L-3: of ${parallel} parallel checks with one code (%s) one is approved, ${rounds} times`,
    async (type) => {
      const installation = await open();
      const race = await raceCodes(installation, type, asked);
      expect(race).toEqual({ ...asked, approved: rounds, used: rounds * (parallel - 1), anomalies: 0 });
      await installation.close();
    },
    3_600_000,
  );

  test(`A-9, L-3: of ${parallel} parallel checks with the code of one text one is approved, ${rounds} times`, async () => {
    const { clock, instance, call, close } = await open();
    const post = (path: string, body: object): Promise<Answer> => call({ method: "POST", path, body });
    const number = freshNumber();
    const codeOn = async (): Promise<string> => {
      await instance.engine.tick();
      return instance.sandbox?.phones.messages(number)[0]?.code ?? "";
    };
    const made = await post("/subscribers", { name: "ada" });
    const path = `/subscribers/${made.json.id}/authenticators`;
    const phone = (await post(path, { type: "phone", number })).json.authenticator;
    expect((await post(`${path}/${phone.id}/confirm`, { code: await codeOn() })).status).toBe(200);

    for (let round = 0; round < rounds; round++) {
      // A number gets ten texts a day.
      await clock.advance(180 * minute);
      const { challenge } = (await post("/challenges", { name: "ada", binding: "b" })).json;
      expect((await post(`/challenges/${challenge.id}/send`, { binding: "b" })).status).toBe(200);
      const body = { binding: "b", code: await codeOn() };
      const checks = Array.from({ length: parallel }, () => post(`/challenges/${challenge.id}/check`, body));
      const said = (await Promise.all(checks)).map(({ status, json }) =>
        status === 200 ? "approved" : json.code,
      );
      expect(said.filter((one) => one === "approved")).toHaveLength(1);
      const late = said.filter((one) => one === "code_not_sent" || one === "challenge_settled");
      expect(late).toHaveLength(parallel - 1);
    }
    await close();
  }, 3_600_000);
});
