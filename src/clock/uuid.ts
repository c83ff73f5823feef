import type { Random } from "./random.ts";

const hex: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** A cell is one byte of an id. */
export const cellMax = 255;

/**
 * A UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, then 74 random bits, or 66 and the number of a cell. Its time is
 * the partition key.
 */
export function uuidv7(now: number, random: Random, cell: number | null = null): string {
  const bytes = random.bytes(10);
  const h = (index: number): string => hex[bytes[index] ?? 0] ?? "00";
  const last = cell === null ? h(9) : (hex[cell] ?? h(9));
  const version = hex[0x70 | ((bytes[0] ?? 0) & 0x0f)] ?? "70";
  const variant = hex[0x80 | ((bytes[2] ?? 0) & 0x3f)] ?? "80";
  return `${timePart(now)}-${version}${h(1)}-${variant}${h(3)}-${h(4)}${h(5)}${h(6)}${h(7)}${h(8)}${last}`;
}

/** The smallest UUIDv7 of an instant: what is older sorts before it. */
export function uuidv7Floor(now: number): string {
  return `${timePart(Math.max(0, Math.floor(now)))}-7000-8000-000000000000`;
}

let lastTime = { ms: -1, part: "" };

/** Many ids are made in one millisecond, and to write a number beyond 32 bits in hexadecimal is slow. */
function timePart(ms: number): string {
  if (ms !== lastTime.ms) {
    const digits = ms.toString(16).padStart(12, "0");
    lastTime = { ms, part: `${digits.slice(0, 8)}-${digits.slice(8)}` };
  }
  return lastTime.part;
}

/** The instant at which a UUIDv7 was made: ids carry their time, and are read in its order. */
export function uuidv7Time(id: string): number {
  return Number.parseInt(id.replace("-", "").slice(0, 12), 16);
}

export const uuidPattern: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
