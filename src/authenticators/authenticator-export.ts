import type { TotpAlgorithm } from "../accounts/index.ts";

/** One account of an export of Google Authenticator; what cannot be taken over is null. */
export interface ExportedAccount {
  readonly secret: Buffer;
  readonly name: string;
  readonly issuer: string;
  readonly algorithm: TotpAlgorithm | null;
  readonly digits: 6 | 8 | null;
  readonly type: "totp" | "hotp" | null;
}

/** Ten fit into one image; whoever strings several together has no more than this. */
const accountsMax = 100;

// The numbers of `MigrationPayload` and `OtpParameters`, as the app writes them.
const accountField = 1;
const fields = { secret: 1, name: 2, issuer: 3, algorithm: 4, digits: 5, type: 6 } as const;
const algorithms: readonly (TotpAlgorithm | null)[] = ["sha1", "sha1", "sha256", "sha512"];
const digitCounts: readonly (6 | 8)[] = [6, 6, 8];
const types = [null, "hotp", "totp"] as const;

/** The accounts of an export, in the encoding of protocol buffers; null for what is none. */
export function readExport(bytes: Buffer): readonly ExportedAccount[] | null {
  const message = readMessage(bytes);
  if (message === null) return null;
  const accounts: ExportedAccount[] = [];
  for (const [field, value] of message) {
    if (field !== accountField) continue;
    const account = Buffer.isBuffer(value) ? readAccount(value) : null;
    if (account === null || accounts.length >= accountsMax) return null;
    accounts.push(account);
  }
  return accounts;
}

function readAccount(bytes: Buffer): ExportedAccount | null {
  const message = readMessage(bytes);
  if (message === null) return null;
  const all = new Map(message);
  const text = (field: number): Buffer => {
    const value = all.get(field);
    return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
  };
  const number = (field: number): number => {
    const value = all.get(field);
    return typeof value === "number" ? value : 0;
  };
  return {
    secret: text(fields.secret),
    name: text(fields.name).toString("utf8"),
    issuer: text(fields.issuer).toString("utf8"),
    algorithm: algorithms[number(fields.algorithm)] ?? null,
    digits: digitCounts[number(fields.digits)] ?? null,
    type: types[number(fields.type)] ?? null,
  };
}

type Value = number | Buffer;

/** Field by field: a number, or bytes with their length in front. Null where it ends too early or is something else. */
function readMessage(bytes: Buffer): readonly (readonly [number, Value])[] | null {
  const found: [number, Value][] = [];
  let at = 0;
  const varint = (): number | null => {
    let value = 0;
    // Ten bytes of seven bits are the longest number there is; only small ones mean anything here.
    for (let shift = 0; shift < 10; shift++) {
      const byte = bytes[at++];
      if (byte === undefined) return null;
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value;
    }
    return null;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === null) return null;
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    const number = wire === 0 || wire === 2 ? varint() : null;
    if (number === null) return null;
    if (wire === 0) {
      found.push([field, number]);
      continue;
    }
    if (number > bytes.length - at) return null;
    found.push([field, bytes.subarray(at, at + number)]);
    at += number;
  }
  return found;
}
