import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTestInstance, type TestInstance, wrongCode } from "../../test/support/instance.ts";
import { key } from "../store/index.ts";

/** Every byte that lies in the data folder. */
function bytesIn(folder: string): Buffer {
  const names = readdirSync(folder).filter((name) => name !== "secret");
  return Buffer.concat(names.map((name) => readFileSync(join(folder, name))));
}

/** All ways to write one number down that somebody might search for. */
const spellings = (national: string): string[] => {
  const [area, exchange, line] = [national.slice(0, 3), national.slice(3, 6), national.slice(6)];
  return [
    `+1${national}`,
    `1${national}`,
    national,
    `${area}-${exchange}-${line}`,
    `(${area}) ${exchange}-${line}`,
    `${area} ${exchange} ${line}`,
    `${exchange}${line}`,
    Buffer.from(`+1${national}`).toString("base64").slice(0, 14),
    Buffer.from(`+1${national}`).toString("hex"),
  ];
};

async function busyDay(one: TestInstance): Promise<{ codes: string[]; nationals: string[] }> {
  const codes: string[] = [];
  const nationals: string[] = [];
  const { tenantId } = one;
  for (let n = 0; n < 20; n++) {
    const national = `41555501${String(n).padStart(2, "0")}`;
    nationals.push(national);
    const to = `+1 ${national.slice(0, 3)} ${national.slice(3, 6)} ${national.slice(6)}`;
    const { id } = await one.start({ to, codeLength: 10, binding: "browser", subject: `user-${n}` });
    const verb = { tenantId, id, binding: "browser" };
    const code = one.codeOn(`+1${national}`);
    codes.push(code);
    await one.engine.check({ ...verb, code: wrongCode(code) });
    one.clock.jumpTo(one.clock.now() + 31_000);
    await one.engine.resend(verb);
    await one.engine.tick();
    if (n % 3 === 0) await one.engine.check({ ...verb, code });
    if (n % 3 === 1) await one.engine.cancel(verb);
  }
  return { codes, nationals };
}

describe("N-8, I9, K-2: what lies on the disk", () => {
  test("no code and no number, in no spelling, in the database or its log", async () => {
    const one = await openTestInstance();
    const { codes, nationals } = await busyDay(one);
    expect(new Set(codes).size).toBe(20);
    for (const when of ["while it runs", "after it closed"]) {
      const bytes = bytesIn(one.folder);
      // The search finds what is there: an id and a subject are.
      expect(bytes.includes("user-7"), when).toBe(true);
      for (const code of codes) expect(bytes.includes(code), `${when}: ${code}`).toBe(false);
      for (const text of nationals.flatMap(spellings)) {
        expect(bytes.includes(text), `${when}: ${text}`).toBe(false);
      }
      await one.close();
    }
  });

  test("K-2: a caller's code is sealed while it is pending and gone once it is settled", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const sealed: string[] = [];
    const given = ["CANARY1111", "CANARY2222", "CANARY3333", "CANARY4444"];
    const ids: string[] = [];
    for (const [n, code] of given.entries()) {
      const { id } = await one.start({ to: `+1415555010${n}`, code });
      ids.push(id);
      const row = await one.store.get(key("verification", id));
      if (row?.status !== "pending" || row.suppliedCode === null)
        throw new TypeError("a sealed code was expected");
      expect(row.suppliedCode).not.toContain(code);
      sealed.push(row.suppliedCode);
    }
    const [a = "", b = "", c = "", d = ""] = ids;
    expect((await one.engine.check({ tenantId, id: a, code: "CANARY1111" })).outcome).toBe("approved");
    await one.engine.cancel({ tenantId, id: b });
    for (let n = 0; n < 5; n++) await one.engine.check({ tenantId, id: c, code: "wrong" });
    one.clock.jumpTo(one.clock.now() + 3_600_000);
    await one.engine.tick();
    const statuses = await Promise.all(
      ids.map(async (id) => (await one.store.get(key("verification", id)))?.status),
    );
    expect(statuses).toEqual(["approved", "canceled", "exhausted", "expired"]);
    for (const id of [a, b, c, d]) {
      expect(await one.store.get(key("verification", id))).not.toHaveProperty("suppliedCode");
    }
    // Closing writes the log back into the database, where erased means overwritten.
    await one.close();
    const bytes = bytesIn(one.folder);
    for (const text of [...sealed, ...given]) expect(bytes.includes(text), text).toBe(false);
  });

  test("K-1: the same caller's code in two rows has two ciphertexts, and neither opens in the other", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const first = await one.start({ to: "+14155550101", code: "SAME12" });
    const second = await one.start({ to: "+14155550102", code: "SAME12" });
    const row = async (id: string) => {
      const found = await one.store.get(key("verification", id));
      if (found?.status !== "pending") throw new TypeError("pending was expected");
      return found;
    };
    const [a, b] = [await row(first.id), await row(second.id)];
    expect(a.suppliedCode).not.toBe(b.suppliedCode);
    const moved = { ...b, suppliedCode: a.suppliedCode };
    await one.store.update([key("verification", b.id)], () => ({
      writes: [{ table: "verification", id: b.id, row: moved }],
      result: undefined,
    }));
    await expect(one.engine.check({ tenantId, id: b.id, code: "SAME12" })).rejects.toThrow(/does not open/);
    expect((await one.engine.check({ tenantId, id: a.id, code: "SAME12" })).outcome).toBe("approved");
  });

  test("N-8: one number has another index in each tenant", async () => {
    const one = await openTestInstance();
    const { blindIndex } = await import("../secrets/index.ts");
    const index = (tenantId: string) => blindIndex(one.parts.keyring, tenantId, "phone", "+14155550101");
    expect(index(one.tenantId)).not.toBe(index("another-tenant"));
  });
});
