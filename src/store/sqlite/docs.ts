import { crc32 } from "node:zlib";
import { StorageUnavailable } from "../errors.ts";

const sumLength = 8;

function sumOf(json: string): string {
  return crc32(json).toString(16).padStart(sumLength, "0");
}

/**
 * A row's JSON behind its checksum. SQLite notices damage to its own structure but not to what is in the rows, and a
 * flipped bit in a counter would give somebody more guesses.
 */
export function toDoc(json: string): string {
  return sumOf(json) + json;
}

/**
 * Damage to a key would hand out somebody else's intact row: what comes back must be what was asked for.
 * @throws StorageUnavailable when the row is not what was written, or not the one that was asked for.
 */
export function fromDoc<R>(doc: string, decode: (json: string) => R, isAskedFor: (row: R) => boolean): R {
  const json = doc.slice(sumLength);
  if (doc.slice(0, sumLength) === sumOf(json)) {
    const row = decode(json);
    if (isAskedFor(row)) return row;
  }
  throw new StorageUnavailable(
    "a row is damaged: stop Countersign, keep a copy of the data folder, and restore the last backup",
  );
}

export function parseJson<R>(json: string): R {
  return JSON.parse(json) as R;
}
