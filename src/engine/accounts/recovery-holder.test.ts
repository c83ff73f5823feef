import { expect, test } from "vitest";
import { ada, mail, newPassword, password } from "../../../test/support/ada.ts";

const prefix = "csv_";
const idBytes = 16;
const bytesOf = (recovery: string): Buffer => Buffer.from(recovery.slice(prefix.length), "base64url");

/** The same id behind another secret: what somebody who knows the one could make up. */
function madeUp(recovery: string, place: number): string {
  const bytes = bytesOf(recovery);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return prefix + bytes.toString("base64url");
}

test("L-5: the id of a recovery opens nothing with another secret than its own", async () => {
  const all = await ada();
  const { accounts, tenantId, texts, codes } = all;
  const invalid = { outcome: "recoveryInvalid" };
  const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
  const another = (await accounts.startRecovery({ tenantId, name: "ada" })).recovery;
  const bytes = bytesOf(recovery);
  // One bit is wrong, at either end; all are; and those of another recovery of the same person.
  const wrong = [
    madeUp(recovery, idBytes),
    madeUp(recovery, bytes.length - 1),
    prefix +
      Buffer.concat([bytes.subarray(0, idBytes), Buffer.alloc(bytes.length - idBytes)]).toString("base64url"),
    prefix +
      Buffer.concat([bytes.subarray(0, idBytes), bytesOf(another).subarray(idBytes)]).toString("base64url"),
  ];
  for (const made of wrong) {
    const of = { tenantId, recovery: made };
    expect(await accounts.sendRecovery({ ...of, method: "email" })).toEqual(invalid);
    expect(await accounts.checkRecovery({ ...of, method: "password", code: password })).toEqual(invalid);
  }
  expect(await texts(mail)).toEqual([]);
  // No guess was counted, nor is one at the end, where enough was shown by its holder.
  const own = { tenantId, recovery };
  expect(await accounts.checkRecovery({ ...own, method: "password", code: "?" })).toMatchObject({
    checksLeft: 4,
  });
  await accounts.checkRecovery({ ...own, method: "password", code: password });
  const shown = await accounts.checkRecovery({ ...own, method: "recoveryCode", code: codes[0] ?? "" });
  expect(shown.outcome).toBe("approved");
  for (const made of wrong) {
    const done = await accounts.completeRecovery({ tenantId, recovery: made, password: newPassword });
    expect(done).toEqual(invalid);
  }
  expect((await accounts.completeRecovery({ ...own, password: newPassword })).outcome).toBe("recovered");
});
