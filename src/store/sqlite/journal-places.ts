import type { DatabaseSync } from "node:sqlite";

/** Each place has the same size, so that SQLite overwrites its pages instead of freeing them and taking others. */
const placeBytes = 16_384;
/** The number of the batch, which part of its text this is, and how long the part is. */
const headBytes = 14;
const numberBytes = 6;
const batchBytesUsual = 131_072;
const bytesPerUnitMax = 3;
const partBytes = placeBytes - headBytes;

/** The texts of batches in the rows of `journal`, cut to its places. */
export interface JournalPlaces {
  /** A part of the next batch's text. */
  add(text: string): void;
  /** The next batch, in the transaction that is open. */
  append(): void;
  /** The batch that was appended is there to stay: without this the next one is written over it. */
  committed(): void;
  rolledBack(): void;
  /** In the transaction that writes them to the tables: all batches up to the last one are void. */
  markFolded(): void;
  folded(): void;
  /** The batches that are not void, oldest first. */
  left(): readonly string[];
  /** Overwrites what is void. */
  scrub(): void;
}

const markPlace = 0;

export function createPlaces(database: DatabaseSync): JournalPlaces {
  const put = database.prepare(
    "insert into journal (place, doc) values (?, ?) on conflict (place) do update set doc = excluded.doc",
  );
  const clear = database.prepare("update journal set doc = zeroblob(?) where place > ?");
  const place = Buffer.alloc(placeBytes);
  const mark = Buffer.alloc(numberBytes);
  // Made once, as large as a batch was: a new one for each would be collected as often.
  let batch = Buffer.allocUnsafeSlow(batchBytesUsual);
  let length = 0;
  let number = 0;
  let used = markPlace;
  let usedByAppended = markPlace;
  let isScrubbed = false;

  return {
    add(text) {
      const bytesMax = length + text.length * bytesPerUnitMax;
      if (bytesMax > batch.length) {
        const larger = Buffer.allocUnsafeSlow(2 * bytesMax);
        batch.copy(larger, 0, 0, length);
        batch = larger;
      }
      length += batch.write(text, length, "utf8");
    },
    append() {
      usedByAppended = used;
      isScrubbed = false;
      for (let at = 0, part = 0; at < length; at += partBytes, part++) {
        const copied = batch.copy(place, headBytes, at, Math.min(length, at + partBytes));
        place.writeUIntLE(number + 1, 0, numberBytes);
        place.writeUInt32LE(part, numberBytes);
        place.writeUInt32LE(copied, numberBytes + 4);
        place.fill(0, headBytes + copied);
        usedByAppended += 1;
        put.run(usedByAppended, place);
      }
      length = 0;
    },
    rolledBack() {
      length = 0;
    },
    committed() {
      number += 1;
      used = usedByAppended;
    },
    markFolded() {
      mark.writeUIntLE(number, 0, numberBytes);
      put.run(markPlace, mark);
    },
    folded() {
      used = markPlace;
    },
    left() {
      const texts = readTexts(database);
      number = texts.last;
      return texts.left;
    },
    scrub() {
      if (!isScrubbed) clear.run(placeBytes, markPlace);
      isScrubbed = true;
    },
  };
}

interface PlaceRow {
  readonly place: number;
  readonly doc: Uint8Array;
}

export interface JournalTexts {
  /** The batches that are not in the tables, oldest first. */
  readonly left: readonly string[];
  /** The number of the last batch. */
  readonly last: number;
}

/** One statement, so that it is right while another process writes. */
export function readTexts(database: DatabaseSync): JournalTexts {
  const rows = database
    .prepare("select place, doc from journal order by place")
    .all() as unknown as readonly PlaceRow[];
  let folded = 0;
  const batches = new Map<number, Buffer[]>();
  for (const { place, doc } of rows) {
    const bytes = Buffer.from(doc.buffer, doc.byteOffset, doc.byteLength);
    const number = bytes.readUIntLE(0, numberBytes);
    if (place === markPlace) folded = number;
    else if (number > folded) {
      const parts = batches.get(number) ?? [];
      const length = bytes.readUInt32LE(numberBytes + 4);
      parts[bytes.readUInt32LE(numberBytes)] = bytes.subarray(headBytes, headBytes + length);
      batches.set(number, parts);
    }
  }
  const numbers = [...batches.keys()].sort((a, b) => a - b);
  const left = numbers.map((number) => Buffer.concat(batches.get(number) ?? []).toString("utf8"));
  return { left, last: numbers.at(-1) ?? folded };
}
