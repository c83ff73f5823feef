import { expect, test } from "vitest";
import { recipientRow } from "../../test/support/rows.ts";
import { systemRandom } from "../clock/index.ts";
import { createKeyring, SealBroken, Secret, seal } from "../secrets/index.ts";
import { addressContext, addressOf } from "./address.ts";

const keyring = createKeyring([new Secret("abcdefghijklmnopqrstuvwxyz0123456789")]);
const sealedAddress = seal(keyring, systemRandom(), addressContext("r1", "t1"), "+14155550101");
const mine = recipientRow({ id: "r1", tenantId: "t1", sealedAddress });

test("K-3: an address that was opened just now still opens in its own row only", () => {
  expect(addressOf(keyring, mine)).toBe("+14155550101");
  expect(addressOf(keyring, mine)).toBe("+14155550101");
  for (const moved of [
    { ...mine, id: "r2" },
    { ...mine, tenantId: "t2" },
  ]) {
    expect(() => addressOf(keyring, moved)).toThrow(SealBroken);
  }
});

test("a row that was sealed anew is opened anew", () => {
  expect(addressOf(keyring, mine)).toBe("+14155550101");
  const anew = seal(keyring, systemRandom(), addressContext("r1", "t1"), "+14155550102");
  expect(addressOf(keyring, { ...mine, sealedAddress: anew })).toBe("+14155550102");
});

test("the bound is kept: after many others the first is opened again and still right", () => {
  for (let n = 0; n < 3_000; n++) {
    const id = `other-${n}`;
    const sealed = seal(keyring, systemRandom(), addressContext(id, "t1"), `+1415555${1000 + n}`);
    expect(addressOf(keyring, recipientRow({ id, tenantId: "t1", sealedAddress: sealed }))).toBe(
      `+1415555${1000 + n}`,
    );
  }
  expect(addressOf(keyring, mine)).toBe("+14155550101");
});
