import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type OtpauthAccount, readOtpauth } from "./otpauth.ts";
import { toBase32, totpDefaults, totpUri } from "./totp.ts";

const seed = Buffer.from("12345678901234567890");
const secret = toBase32(seed);

function problemOf(uri: string, account?: string): string {
  const read = readOtpauth(uri, account);
  return "problem" in read ? read.problem : `read ${read.name}`;
}

describe("an address of an authenticator app", () => {
  test("T-8: is read back as it was written, whatever brand, name and settings are", () => {
    const settings = fc.record({
      algorithm: fc.constantFrom("sha1" as const, "sha256" as const, "sha512" as const),
      digits: fc.constantFrom(6 as const, 7 as const, 8 as const),
      periodSeconds: fc.constantFrom(15, 30, 60),
    });
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).map((one) => one.trim());
    const bytes = fc.uint8Array({ minLength: 14, maxLength: 128 });
    fc.assert(
      fc.property(bytes, settings, text, text, (given, shape, issuer, name) => {
        fc.pre(
          issuer.replaceAll(":", " ").trim() !== "" &&
            name !== "" &&
            issuer.isWellFormed() &&
            name.isWellFormed(),
        );
        const read = readOtpauth(totpUri(given, shape, issuer, name));
        expect(read).toEqual({
          seed: Buffer.from(given),
          settings: shape,
          issuer: issuer.replaceAll(":", " ").trim(),
          name,
        });
      }),
    );
  });

  test.each([
    ["", "must be an address"],
    ["https://example.com/?secret=ABC", "must be an address"],
    [`otpauth://hotp/Kiosk:ada?secret=${secret}&counter=1`, "counted (HOTP)"],
    ["otpauth://totp/Kiosk:ada", "needs a secret"],
    // 13 bytes: less than 112 bits.
    [
      `otpauth://totp/Kiosk:ada?secret=${toBase32(seed.subarray(0, 13))}`,
      "needs a secret of 14 to 128 bytes",
    ],
    ["otpauth://totp/Kiosk:ada?secret=0189", "needs a secret"],
    [`otpauth://totp/Kiosk:ada?secret=${secret}&algorithm=MD5`, "has an algorithm other than"],
    [`otpauth://totp/Kiosk:ada?secret=${secret}&digits=4`, "codes of 6 to 8 digits"],
    [`otpauth://totp/Kiosk:ada?secret=${secret}&digits=6.5`, "codes of 6 to 8 digits"],
    [`otpauth://totp/Kiosk:ada?secret=${secret}&period=0`, "period of 10 to 120"],
    [`otpauth://totp/Kiosk:ada?secret=${secret}&period=3600`, "period of 10 to 120"],
    [`otpauth://totp/%E0%A4%A?secret=${secret}`, "percent-encoded"],
    [`otpauth://totp/${"x".repeat(9_000)}?secret=${secret}`, "must be an address"],
    ["otpauth-migration://offline", "is no export"],
    ["otpauth-migration://offline?data=AAAA", "is no export"],
  ])("T-2: %s is refused with the reason", (uri, said) => {
    expect(problemOf(uri)).toContain(said);
  });
});

// The encoding of protocol buffers, as the app writes it.
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
const bytesField = (field: number, bytes: Uint8Array): number[] => [
  field * 8 + 2,
  ...varint(bytes.length),
  ...bytes,
];
const numberField = (field: number, value: number): number[] => [field * 8, ...varint(value)];

interface Account {
  readonly secret?: Uint8Array;
  readonly name?: string;
  readonly issuer?: string;
  readonly algorithm?: number;
  readonly digits?: number;
  readonly type?: number;
}

function exportOf(accounts: readonly Account[]): Buffer {
  const messages = accounts.map((one) => [
    ...bytesField(1, one.secret ?? seed),
    ...bytesField(2, Buffer.from(one.name ?? "ada")),
    ...bytesField(3, Buffer.from(one.issuer ?? "Kiosk")),
    ...numberField(4, one.algorithm ?? 1),
    ...numberField(5, one.digits ?? 1),
    ...numberField(6, one.type ?? 2),
  ]);
  const all = messages.flatMap((message) => bytesField(1, Uint8Array.from(message)));
  return Buffer.from([
    ...all,
    ...numberField(2, 1),
    ...numberField(3, 1),
    ...numberField(4, 0),
    ...numberField(5, 98_765),
  ]);
}

const migration = (accounts: readonly Account[]): string =>
  `otpauth-migration://offline?data=${encodeURIComponent(exportOf(accounts).toString("base64"))}`;

describe("the export of an authenticator app", () => {
  test("gives the account that is named, or the only one, with its settings", () => {
    const one: OtpauthAccount = { seed, settings: totpDefaults, issuer: "Kiosk", name: "ada" };
    expect(readOtpauth(migration([{}]))).toEqual(one);
    const several = migration([
      {},
      { name: "Bank:bob", issuer: "Bank", algorithm: 2, digits: 2 },
      { name: "cai" },
    ]);
    expect(problemOf(several)).toBe("holds 3 accounts: say which with `account`");
    expect(readOtpauth(several, "ada")).toEqual(one);
    expect(readOtpauth(several, "Kiosk:cai")).toMatchObject({ name: "cai" });
    expect(readOtpauth(several, "Bank:bob")).toMatchObject({
      settings: { algorithm: "sha256", digits: 8, periodSeconds: 30 },
      name: "bob",
    });
    expect(problemOf(several, "dan")).toBe("holds no account of this name");
    expect(problemOf(migration([{}, {}]), "ada")).toContain("holds 2 accounts");
  });

  test("as other programs encode it: with a plus that became a space", () => {
    const plus = { secret: Buffer.from(Array.from({ length: 20 }, () => 0xfb)) };
    const raw = exportOf([plus]).toString("base64");
    expect(raw).toContain("+");
    expect(readOtpauth(`otpauth-migration://offline?data=${raw}`)).toMatchObject({ seed: plus.secret });
  });

  test.each([
    [{ type: 1 }, "counted (HOTP)"],
    [{ algorithm: 4 }, "a kind that is not known"],
    [{ digits: 9 }, "a kind that is not known"],
    [{ type: 7 }, "HOTP"],
    [{ secret: seed.subarray(0, 13) }, "a secret of 14 to 128 bytes"],
  ])("T-2: an account like %j is refused with the reason", (account, said) => {
    expect(problemOf(migration([account]))).toContain(said);
  });

  test("cut short, or any bytes at all, throws nothing", () => {
    const whole = exportOf([{}, {}]);
    for (let length = 0; length < whole.length; length++) {
      const data = encodeURIComponent(whole.subarray(0, length).toString("base64"));
      expect(() => readOtpauth(`otpauth-migration://offline?data=${data}`, "ada")).not.toThrow();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (bytes, uri) => {
        const data = encodeURIComponent(Buffer.from(bytes).toString("base64"));
        readOtpauth(`otpauth-migration://offline?data=${data}`);
        readOtpauth(`otpauth://totp/${uri}`);
      }),
    );
  });
});
