import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openBreachedPasswords } from "./breached-passwords.ts";
import { BreachedPasswordsUnusable } from "./errors.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-breached-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const digest = (password: string): string => createHash("sha1").update(password).digest("hex").toUpperCase();
const leaked = (n: number): string => `leaked password ${n}`;
const many = 200_000;
const hashes = Array.from({ length: many }, (_, n) => digest(leaked(n))).sort();
const bySuffix = new Map(Array.from({ length: many }, (_, n) => [digest(leaked(n)), n]));
/** Counts of one to eight digits, so that lines have different lengths. */
const counted = hashes.map((hash, n) => `${hash}:${1 + ((n * 7_919) % 10 ** (1 + (n % 8)))}`);

let files = 0;
function file(text: string): string {
  files += 1;
  const path = join(folder, `list-${files}.txt`);
  writeFileSync(path, text);
  return path;
}

/** The first, the last, and some in between, with what lies just beside each. */
const looked = [0, 1, 2, many - 2, many - 1, ...Array.from({ length: 400 }, (_, n) => (n * 499) % many)];

describe("P-2: breached passwords", () => {
  test.each([
    ["with counts", `${counted.join("\n")}\n`],
    ["with line ends of Windows, in lower case", counted.join("\r\n").toLowerCase()],
    ["without counts", hashes.join("\n")],
  ])("of 200,000 hashes %s, what is there is found, and nothing else", async (_name, text) => {
    const isBreached = await openBreachedPasswords(file(text));
    for (const at of looked) {
      const password = leaked(bySuffix.get(hashes[at] ?? "") ?? -1);
      expect(await isBreached(password), `line ${at}`).toBe(true);
      expect(await isBreached(`${password}!`), `beside line ${at}`).toBe(false);
    }
  });

  test("every line of a small file is found, whatever its length", async () => {
    for (const length of [1, 2, 3, 60, 90, 91, 92, 150]) {
      const some = Array.from({ length }, (_, n) => digest(leaked(n))).sort();
      const isBreached = await openBreachedPasswords(
        file(some.map((one, n) => `${one}:${n + 1}`).join("\r\n")),
      );
      for (let n = 0; n < length; n++) expect(await isBreached(leaked(n)), `${n} of ${length}`).toBe(true);
      expect(await isBreached("nine rowing margarets")).toBe(false);
    }
  });

  test("in a folder of ranges, with and without .txt, and padding is nobody's password", async () => {
    const ranges = join(folder, "ranges");
    mkdirSync(ranges);
    const [a, b, c, padded] = [leaked(1), leaked(2), leaked(3), leaked(4)].map(digest) as [
      string,
      string,
      string,
      string,
    ];
    const write = (name: string, hash: string, count: number, end = "\r\n"): void =>
      writeFileSync(join(ranges, name), `${"0".repeat(35)}:1${end}${hash.slice(5)}:${count}${end}`);
    write(`${a.slice(0, 5)}.txt`, a, 3);
    write(b.slice(0, 5), b, 12, "\n");
    write(`${c.slice(0, 5).toLowerCase()}.txt`, c.toLowerCase(), 1);
    write(`${padded.slice(0, 5)}.txt`, padded, 0);
    const isBreached = await openBreachedPasswords(ranges);
    expect(await Promise.all([1, 2, 3, 4].map((n) => isBreached(leaked(n))))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    // A list that is not there says nothing of a password.
    await expect(isBreached(leaked(5))).rejects.toThrow("a range of the breached passwords is missing");
  });

  test("what is no such list is refused when it is opened, with what is wrong and what to do", async () => {
    const shuffled = [...hashes.slice(100_000), ...hashes.slice(0, 100_000)].join("\n");
    const ntlm = hashes.map((hash) => hash.slice(0, 32)).join("\n");
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const wrong = join(folder, "wrong");
    mkdirSync(wrong);
    writeFileSync(join(wrong, "ABCDE.txt"), "password\n");
    const cases: readonly (readonly [string, RegExp])[] = [
      [join(folder, "nowhere"), /it does not exist; name a file or a folder/],
      [file(""), /it is empty; download/],
      [file("password\n123456\n"), /byte 0 is no line of a SHA-1 hash and a count; download/],
      [file(ntlm), /no line of a SHA-1 hash/],
      [file(shuffled), /it is not sorted by hash at byte \d+; sort it/],
      [file(hashes.slice(0, 4_000).toReversed().join("\n")), /not sorted/],
      [empty, /no file in it is named like a range/],
      [wrong, /ABCDE\.txt has a line that is no rest of a SHA-1 hash/],
    ];
    for (const [path, message] of cases) {
      const opened = openBreachedPasswords(path);
      await expect(opened, path).rejects.toThrow(message);
      await expect(opened, path).rejects.toBeInstanceOf(BreachedPasswordsUnusable);
      await expect(opened, path).rejects.toThrow(path);
    }
  });

  test("another list may take the place of the first, and one that is gone is a fault", async () => {
    const path = file(`${digest("the first one")}:1\n`);
    const isBreached = await openBreachedPasswords(path);
    expect([await isBreached("the first one"), await isBreached("the second one")]).toEqual([true, false]);
    writeFileSync(path, `${digest("the second one")}:1\n`);
    expect([await isBreached("the first one"), await isBreached("the second one")]).toEqual([false, true]);
    rmSync(path);
    await expect(isBreached("the first one")).rejects.toThrow("ENOENT");
  });
});
