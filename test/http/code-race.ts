import { Secret } from "../../src/secrets/index.ts";
import type { TestPostgres } from "../support/postgres.ts";
import { codeOfApp } from "../support/totp-code.ts";
import { type Answer, type Installation, openInstallation } from "./installation.ts";

export type CodeType = "totp" | "recoveryCodes";

export interface CodeRace {
  readonly rounds: number;
  readonly parallel: number;
  readonly approved: number;
  readonly used: number;
  /** Rounds with another number of approvals than one, or with another answer than these two. */
  readonly anomalies: number;
}

const minute = 60_000;
const codesOfOne = 10;

/** Many challenges of one person, all answered with one code at once, over HTTP, again and again. */
export async function raceCodes(
  { clock, call }: Installation,
  type: CodeType,
  { rounds, parallel }: { readonly rounds: number; readonly parallel: number },
): Promise<CodeRace> {
  const post = async (path: string, body: object): Promise<Answer> =>
    await call({ method: "POST", path, body });
  const { id: subscriberId } = (await post("/subscribers", { name: "ada" })).json;
  const path = `/subscribers/${subscriberId}/authenticators`;
  const app = (await post(path, { type: "totp", issuer: "Acme" })).json;
  const appCode = (): string => codeOfApp(app.seed, clock.now());
  const start = async (purpose: string): Promise<string> =>
    (await post("/challenges", { name: "ada", binding: "b", purpose })).json.challenge.id;
  const check = (id: string, authenticatorId: string, code: string): Promise<Answer> =>
    post(`/challenges/${id}/check`, { binding: "b", authenticatorId, code });
  await post(`${path}/${app.authenticator.id}/confirm`, { code: appCode() });

  let [approved, used, anomalies] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    await clock.advance(minute);
    let [authenticatorId, code] = [app.authenticator.id, appCode()];
    if (type === "recoveryCodes") {
      const stepUp = await start("manage");
      await check(stepUp, authenticatorId, code);
      const made = (await post(path, { type, stepUp })).json;
      [authenticatorId, code] = [made.authenticator.id, made.codes[round % codesOfOne]];
    }
    const ids = await Promise.all(Array.from({ length: parallel }, () => start("login")));
    const answers = await Promise.all(ids.map((id) => check(id, authenticatorId, code)));
    const right = answers.filter(({ status }) => status === 200).length;
    const late = answers.filter(({ json }) => json?.code === "code_used").length;
    approved += right;
    used += late;
    if (right !== 1 || late !== parallel - 1) anomalies += 1;
  }
  return { rounds, parallel, approved, used, anomalies };
}

/** An installation on PostgreSQL, as many as are wanted on one server. */
export async function openOnPostgres(server: TestPostgres): Promise<Installation> {
  return await openInstallation({
    databaseUrl: new Secret(await server.database()),
    secrets: [new Secret("Qm9kM2x5VjVwT2x1Z2hTb21lUmFuZG9tQnl0ZXM0Mg")],
  });
}
