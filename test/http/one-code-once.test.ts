import { afterAll, describe, expect, test } from "vitest";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { startPostgres } from "../support/postgres.ts";
import { type Answer, freshNumber, type Installation, openInstallation } from "./installation.ts";

/** `COUNTERSIGN_PROOF=full` repeats each race a hundred times. */
const rounds = process.env["COUNTERSIGN_PROOF"] === "full" ? 100 : 1;
const parallel = 200;
const minute = 60_000;

const server = await startPostgres();
afterAll(() => server.stop(), 60_000);

const stores: readonly (readonly [string, () => Promise<Installation>])[] = [
  ["SQLite", () => openInstallation()],
  [
    "PostgreSQL",
    async () =>
      await openInstallation({
        databaseUrl: new Secret(await server.database()),
        secrets: [new Secret("Qm9kM2x5VjVwT2x1Z2hTb21lUmFuZG9tQnl0ZXM0Mg")],
      }),
  ],
];

describe.each(stores)("over HTTP, on %s", (_name, open) => {
  test.each(["totp", "recoveryCodes"] as const)(
    `T-4, L-3: of ${parallel} parallel checks with one code (%s) one is approved, ${rounds} times`,
    async (type) => {
      const { clock, call, close } = await open();
      const post = (path: string, body: object): Promise<Answer> => call({ method: "POST", path, body });
      const made = await post("/subscribers", { name: "ada" });
      const path = `/subscribers/${made.json.id}/authenticators`;
      const app = (await post(path, { type: "totp", issuer: "Acme" })).json;
      const appCode = (): string =>
        totpCode(fromBase32(app.seed) as Buffer, totpDefaults, stepAt(totpDefaults, clock.now()));
      const start = async (purpose: string): Promise<string> =>
        (await post("/challenges", { name: "ada", binding: "b", purpose })).json.challenge.id;
      const check = (id: string, authenticatorId: string, code: string): Promise<Answer> =>
        post(`/challenges/${id}/check`, { binding: "b", authenticatorId, code });
      await post(`${path}/${app.authenticator.id}/confirm`, { code: appCode() });

      for (let round = 0; round < rounds; round++) {
        await clock.advance(minute);
        let [authenticatorId, code] = [app.authenticator.id, appCode()];
        if (type === "recoveryCodes") {
          const stepUp = await start("manage");
          expect((await check(stepUp, authenticatorId, code)).status).toBe(200);
          const codes = (await post(path, { type, stepUp })).json;
          [authenticatorId, code] = [codes.authenticator.id, codes.codes[round % 10]];
        }
        const ids = await Promise.all(Array.from({ length: parallel }, () => start("login")));
        const answers = await Promise.all(ids.map((id) => check(id, authenticatorId, code)));
        const said = answers.map(({ status, json }) => (status === 200 ? "approved" : json.code));
        expect(said.filter((one) => one === "approved")).toHaveLength(1);
        expect(said.filter((one) => one === "code_used")).toHaveLength(parallel - 1);
      }
      await close();
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
