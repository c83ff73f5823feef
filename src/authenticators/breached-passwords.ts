import { createHash } from "node:crypto";
import { type FileHandle, open, opendir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { BreachedPasswordsUnusable } from "./errors.ts";

/**
 * Whether a password is in a list of breached ones.
 * @throws where the list cannot be read any more: what then happens is the caller's to decide
 */
export type IsBreached = (password: string) => Promise<boolean>;

const hashLength = 40;
const prefixLength = 5;
/** `HASH:COUNT` and its line end: more is no line of such a list. */
const lineBytesMax = 80;
/** From here on the rest is read in one piece. */
const blockBytes = 4_096;
/** Lines that are looked at when the list is opened, evenly spaced. */
const samples = 64;
/** A range of the whole list has about 50 KB. */
const rangeBytesMax = 4_194_304;
const rangeNamesLookedAt = 1_000;

/**
 * Opens a list of SHA-1 hashes as haveibeenpwned.com gives it out: one sorted file with `HASH:COUNT` in each line, or a
 * folder of ranges, `ABCDE` or `ABCDE.txt`, whose lines have the other 35 digits. Nothing of it is kept in memory, and it
 * is opened anew for each password, so that another list can take its place while this runs.
 * @throws BreachedPasswordsUnusable with what is wrong and what to do
 */
export async function openBreachedPasswords(path: string): Promise<IsBreached> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) await refuseWrongFolder(path);
    else await refuseWrongFile(path);
    return found.isDirectory()
      ? (one) => isInFolder(path, digestOf(one))
      : (one) => isInFile(path, digestOf(one));
  } catch (cause) {
    if (cause instanceof BreachedPasswordsUnusable) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "it does not exist" : `it cannot be read (${code ?? "unknown"})`;
    throw unusable(path, why, "name a file or a folder that this user may read", cause);
  }
}

/** As these lists have it: of the bytes as they are typed, without salt. It is compared and kept nowhere. */
function digestOf(password: string): string {
  return createHash("sha1").update(password, "utf8").digest("hex").toUpperCase();
}

function unusable(path: string, why: string, remedy: string, cause?: unknown): BreachedPasswordsUnusable {
  return new BreachedPasswordsUnusable(
    `the breached passwords ${path} (COUNTERSIGN_BREACHED_PASSWORDS) cannot be used, since ${why}; ${remedy}`,
    { cause },
  );
}

const asRanges = "download them with haveibeenpwned's downloader, as one file of SHA-1 hashes or as ranges";

/** The hash of a line, and whether it counts: ranges are padded with hashes that nobody had. */
function readLine(line: string, digits: number): { readonly hash: string; readonly counts: boolean } | null {
  const match = /^([0-9A-Fa-f]+)(?::(\d{1,12}))?\s*$/.exec(line);
  const hash = match?.[1];
  if (hash?.length !== digits) return null;
  return { hash: hash.toUpperCase(), counts: match?.[2] === undefined || /[1-9]/.test(match[2]) };
}

/** The first line that begins behind `from`, or at the very beginning; null where there is none. */
async function lineBehind(
  file: FileHandle,
  from: number,
): Promise<{ readonly start: number; readonly text: string } | null> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(2 * lineBytesMax), 0, 2 * lineBytesMax, from);
  const bytes = buffer.subarray(0, bytesRead);
  const begin = from === 0 ? 0 : bytes.indexOf("\n") + 1;
  if (from !== 0 && begin === 0) return null;
  const end = bytes.indexOf("\n", begin);
  const text = bytes.toString("latin1", begin, end === -1 ? bytesRead : end);
  return text.trim() === "" ? null : { start: from + begin, text };
}

/** About 20 positional reads for a billion lines of any length. */
async function isInFile(path: string, hash: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    // A line with the hash begins between the two, both included; the first is the beginning of a line.
    let low = 0;
    let high = (await file.stat()).size;
    while (high - low > blockBytes) {
      const middle = Math.floor((low + high) / 2);
      const line = await lineBehind(file, middle);
      if (line === null || line.start > high) {
        high = middle;
        continue;
      }
      const read = readLine(line.text, hashLength);
      if (read === null) throw new Error("a line of the breached passwords is no SHA-1 hash");
      if (read.hash === hash) return read.counts;
      if (read.hash < hash) low = line.start;
      else high = middle;
    }
    const rest = Buffer.alloc(high - low + lineBytesMax);
    const { bytesRead } = await file.read(rest, 0, rest.length, low);
    return hasLine(rest.toString("latin1", 0, bytesRead), hash);
  } finally {
    await file.close();
  }
}

async function isInFolder(path: string, hash: string): Promise<boolean> {
  const prefix = hash.slice(0, prefixLength);
  return hasLine(await readRange(path, prefix), hash.slice(prefixLength));
}

function hasLine(text: string, hash: string): boolean {
  return text.split("\n").some((line) => {
    const read = readLine(line, hash.length);
    return read?.hash === hash && read.counts;
  });
}

async function readRange(folder: string, prefix: string): Promise<string> {
  for (const name of [prefix, prefix.toLowerCase()].flatMap((one) => [`${one}.txt`, one])) {
    const path = join(folder, name);
    try {
      if ((await stat(path)).size > rangeBytesMax)
        throw new Error("a range of the breached passwords is too large");
      return await readFile(path, "latin1");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    }
  }
  throw new Error("a range of the breached passwords is missing");
}

/** Evenly spaced lines, each behind the one before. */
async function refuseWrongFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size === 0) throw unusable(path, "it is empty", asRanges);
    let before = "";
    let lastStart = -1;
    for (let n = 0; n <= samples; n++) {
      const from = Math.floor((Math.max(0, size - lineBytesMax) * n) / samples);
      const line = await lineBehind(file, from);
      if (line === null || line.start === lastStart) continue;
      const hash = readLine(line.text, hashLength)?.hash;
      if (hash === undefined) {
        throw unusable(
          path,
          `what stands at byte ${line.start} is no line of a SHA-1 hash and a count`,
          asRanges,
        );
      }
      if (hash <= before) {
        throw unusable(
          path,
          `it is not sorted by hash at byte ${line.start}`,
          "sort it with `LC_ALL=C sort -u`",
        );
      }
      before = hash;
      lastStart = line.start;
    }
  } finally {
    await file.close();
  }
}

/** Its first ranges: to list a million files takes longer than a start should. */
async function refuseWrongFolder(path: string): Promise<void> {
  let looked = 0;
  for await (const { name } of await opendir(path)) {
    looked += 1;
    if (looked > rangeNamesLookedAt) break;
    if (!/^[0-9A-Fa-f]{5}(\.txt)?$/.test(name)) continue;
    const lines = (await readRange(path, name.slice(0, prefixLength))).trimEnd().split("\n");
    const isWrong = lines.some((line) => readLine(line, hashLength - prefixLength) === null);
    if (isWrong)
      throw unusable(path, `${name} has a line that is no rest of a SHA-1 hash and a count`, asRanges);
    return;
  }
  throw unusable(path, "no file in it is named like a range, ABCDE or ABCDE.txt", asRanges);
}
