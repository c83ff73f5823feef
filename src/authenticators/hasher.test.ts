import { afterAll, describe, expect, test } from "vitest";
import { systemRandom } from "../clock/index.ts";
import { createKeyring, Secret } from "../secrets/index.ts";
import {
  createHasher,
  type Hasher,
  HashingOverloaded,
  isCommonPassword,
  parsePasswordHash,
} from "./index.ts";

const secret = "q7ZsM2vXw4Lr9TbKc1YdHf6GjNpAuEo3";
const next = "Zk4tWb8eRj1mQs6yUa3hXd9gPf2cVn7L";
const ring = (...texts: string[]) => createKeyring(texts.map((text) => new Secret(text)));
const hasher = createHasher(ring(secret), systemRandom());
afterAll(() => hasher.close());

/** Of hashes that cost little: what waits is counted, whatever it waits for. */
const quickly = (): Hasher =>
  createHasher(ring(secret), systemRandom(), { cost: { memoryKib: 8, passes: 1, lanes: 1 } });

describe("P-3: passwords are kept as slow, salted, peppered hashes", () => {
  test("a hash tells its parameters, fits its password alone, and never comes twice", async () => {
    const [one, other] = await Promise.all([hasher.hash("correct horse"), hasher.hash("correct horse")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1,keyid=[0-9a-f]{8}\$[^$]{22}\$[^$]{43}$/);
    expect(one).not.toBe(other);
    expect(await hasher.verify(one, "correct horse")).toEqual({ matches: true, isOutdated: false });
    expect(await hasher.verify(one, "correct horsf")).toEqual({ matches: false, isOutdated: false });
  });

  test("P-1: two passwords of 73 bytes that differ in the last one differ", async () => {
    const hash = await hasher.hash(`${"x".repeat(72)}a`);
    expect((await hasher.verify(hash, `${"x".repeat(72)}b`)).matches).toBe(false);
  });

  test("P-1: however an accent was typed, it is the same password", async () => {
    const hash = await hasher.hash("Bu\u0308rofenster am See");
    expect((await hasher.verify(hash, "B\u00fcrofenster am See")).matches).toBe(true);
  });

  test("without the pepper the hash fits nothing, and after a rotation it is made anew", async () => {
    const hash = await hasher.hash("correct horse");
    const missing: string[] = [];
    const stolen = createHasher(ring(next), systemRandom(), { onMissingSecret: (id) => missing.push(id) });
    const never = { matches: false, isOutdated: false };
    expect(await stolen.verify(hash, "correct horse")).toEqual(never);
    expect(await stolen.verify(hash, "correct horse")).toEqual(never);
    // Said once, and not to whoever signs in.
    expect(missing).toEqual([ring(secret).currentId]);
    const rotated = createHasher(ring(next, secret), systemRandom());
    expect(await rotated.verify(hash, "correct horse")).toEqual({ matches: true, isOutdated: true });
  });

  // By the command of argon2, passlib's documentation, Python's hashlib in two spellings, and Openwall's vectors.
  test.each([
    [
      "argon2id",
      "password",
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ],
    [
      "scrypt",
      "password",
      "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
    ],
    [
      "PBKDF2 as passlib writes it",
      "password",
      "$pbkdf2-sha256$6400$8PHy8/T19vf4.fr7/P3./w$Su6XdgojXneiyra3.OOMs7KSirH4A3GXZHKiYm/GdsU",
    ],
    [
      "PBKDF2 as Django writes it",
      "password",
      "pbkdf2_sha256$1000$seasalt$YIWkt6M1JFXrHg5s0jZjBSc7C2Cz6QvchSJ0h8Y+i7c=",
    ],
    ["bcrypt", "U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
  ])("an imported hash of %s works, and asks to be made anew", async (_name, password, hash) => {
    expect(await hasher.verify(hash, password)).toEqual({ matches: true, isOutdated: true });
    expect(await hasher.verify(hash, `${password}x`)).toEqual({ matches: false, isOutdated: false });
  });

  test.each([
    ["nothing", ""],
    ["a plain password", "correct horse"],
    ["MD5", "5f4dcc3b5aa765d61d8327deb882cf99"],
    ["argon2i", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"],
    [
      "a gigabyte of argon2id",
      "$argon2id$v=19$m=1048576,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ],
    [
      "scrypt that takes minutes",
      "$scrypt$ln=20,r=32,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
    ],
    ["bcrypt of cost 20", "$2a$20$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
    ["a digest of a few bytes", "$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdeg$Y11A"],
  ])("%s is no hash to import", async (_name, text) => {
    expect(parsePasswordHash(text)).toBe(null);
    expect((await hasher.verify(text, "password")).matches).toBe(false);
  });
});

describe("P-4: slow hashes are made two at a time", () => {
  test("what waits is bounded, and what is refused does not hold up the rest", async () => {
    const quick = quickly();
    const made = Array.from({ length: 300 }, () => quick.verify(null, "correct horse"));
    const ended = await Promise.allSettled(made);
    const refused = ended.filter((one) => one.status === "rejected");
    expect(refused).toHaveLength(300 - 2 - 256);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(HashingOverloaded);
    expect(await quick.verify(null, "correct horse")).toEqual({ matches: false, isOutdated: false });
  });
});

describe("P-4: hashes from elsewhere wait for themselves alone", () => {
  const cheap = "$2b$04$3RfreaJxS3PV7yie6m5I8uQF1Y6MI3gKw6F8/IPy4Np9PpDQavdLO";
  const dear = "$2b$12$3THXvVUPbj4NPzkU24tP/e.lLJWb3fBdAL2q48Hbgp2EA5ihRFjJG";
  const never = { matches: false, isOutdated: false };

  test("bcrypt works in a thread of its own, and the event loop has the time for others", async () => {
    const [own, all] = [process.threadCpuUsage(), process.cpuUsage()];
    expect((await hasher.verify(dear, "nine rowing margarets")).matches).toBe(true);
    const [ownSpent, allSpent] = [process.threadCpuUsage(own), process.cpuUsage(all)];
    expect(ownSpent.user + ownSpent.system).toBeLessThan((allSpent.user + allSpent.system) / 3);
  });

  test("one at a time, 64 wait, and a password of ours goes past all of them", async () => {
    const quick = quickly();
    let done = 0;
    const imported = Array.from({ length: 70 }, () =>
      quick.verify(cheap, "nine rowing margarets").finally(() => (done += 1)),
    );
    const settled = Promise.allSettled(imported);
    expect(await quick.verify(null, "nine rowing margarets")).toEqual(never);
    expect(done).toBeLessThan(64);
    const ended = await settled;
    expect(ended.filter((one) => one.status === "fulfilled" && one.value.matches)).toHaveLength(1 + 64);
    for (const one of ended.slice(65)) {
      expect(one).toMatchObject({ status: "rejected", reason: expect.any(HashingOverloaded) });
    }
    await quick.close();
  });

  test("what is not asked any more when its turn comes costs nothing", async () => {
    const asked: string[] = [];
    const over = (name: string) => async () => {
      asked.push(name);
      return false;
    };
    const quick = quickly();
    // It could not be compared any more.
    await quick.close();
    expect(await quick.verify(dear, "nine rowing margarets", over("bcrypt"))).toEqual(never);
    const ours = await quick.hash("nine rowing margarets");
    expect(await quick.verify(ours, "nine rowing margarets", over("ours"))).toEqual(never);
    expect(asked).toEqual(["bcrypt", "ours"]);
  });

  test("closing ends the thread and whoever waits for it, and the hashes of ours go on", async () => {
    const quick = quickly();
    expect((await quick.verify(cheap, "nine rowing margarets")).matches).toBe(true);
    const late = expect(quick.verify(dear, "nine rowing margarets")).rejects.toThrow("has ended");
    await quick.close();
    await late;
    await expect(quick.verify(cheap, "nine rowing margarets")).rejects.toThrow("closed");
    const ours = await quick.hash("nine rowing margarets");
    expect((await quick.verify(ours, "nine rowing margarets")).matches).toBe(true);
  });
});

test("P-2: what is tried first is known, and what nobody tries is not", () => {
  for (const common of ["password", "12345678", "iloveyou", "trustno1"])
    expect(isCommonPassword(common)).toBe(true);
  expect(isCommonPassword("nine rowing margarets")).toBe(false);
});
