import { expect, test } from "vitest";
import { ada } from "../../../test/support/ada.ts";
import { createEngine } from "../index.ts";
import { createAccounts } from "./index.ts";

test("L-2: a recovery code at a challenge costs one slow hash at the most, right or wrong", async () => {
  const { one, of, tenantId, codes } = await ada();
  const { keyring } = one.parts;
  let hashes = 0;
  const counting = {
    ...keyring,
    key(purpose: Parameters<typeof keyring.key>[0], id?: string) {
      // Each slow hash begins with the pepper.
      if (purpose === "pepper") hashes += 1;
      return keyring.key(purpose, id);
    },
  };
  const parts = { ...one.parts, keyring: counting };
  const accounts = createAccounts(parts, createEngine(parts, "counted"));
  const authenticatorId = (await accounts.subscriber(of))?.authenticators.find(
    ({ type }) => type === "recoveryCodes",
  )?.id;
  const check = async (code: string) => {
    const started = await accounts.startChallenge({ ...of, purpose: "login", passwordChecked: true });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    hashes = 0;
    const { id } = started.challenge;
    const { outcome } = await accounts.checkChallenge({ tenantId, id, authenticatorId, code });
    return { outcome, hashes };
  };
  for (const wrong of ["AAAA-AAAA-AAAA-A", "ZZZZ-ZZZZ-ZZZZ-Z", "?"]) {
    const guess = await check(wrong);
    expect(guess.outcome).not.toBe("approved");
    expect(guess.hashes).toBeLessThanOrEqual(1);
  }
  expect(await check(codes[4] ?? "")).toEqual({ outcome: "approved", hashes: 1 });
});
