import fc from "fast-check";
import jsQR from "jsqr";
import { describe, expect, test } from "vitest";
import { qrSvg } from "./qr.ts";
import { newSeed, totpDefaults, totpUri } from "./totp.ts";

/** Reads the image as a scanner does: painted, four pixels a module, and looked at. */
function scan(svg: string): string | undefined {
  const size = Number(/viewBox="0 0 (\d+) \d+"/.exec(svg)?.[1]);
  const scale = 4;
  const width = size * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  const dark = /fill="#000" d="([^"]*)"/.exec(svg)?.[1] ?? "";
  for (const [, x, y, length] of dark.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++) {
      const from = (row * width + Number(x) * scale) * 4;
      pixels.fill(0, from, from + Number(length) * scale * 4);
      for (let at = from + 3; at < from + Number(length) * scale * 4; at += 4) pixels[at] = 255;
    }
  }
  return jsQR.default(pixels, width, width)?.data;
}

describe("the QR code of an app's address", () => {
  test("T-8: is made here, and a scanner reads what it says, whatever brand and name are", async () => {
    const random = { bytes: (count: number) => new Uint8Array(count).fill(7) };
    const brands = fc.constantFrom("Kiosk", "A & B: 100 %?#/", "بنك", "銀行 ☎", "x".repeat(64));
    await fc.assert(
      fc.asyncProperty(brands, fc.string({ maxLength: 40 }), async (issuer, name) => {
        const uri = totpUri(newSeed(random, "sha1"), totpDefaults, issuer, name.toWellFormed());
        expect(scan((await qrSvg(uri)) ?? "")).toBe(uri);
      }),
      { numRuns: 20 },
    );
  });

  test("may stand in any page: no style, no script, nothing from elsewhere, and it is small", async () => {
    const uri = totpUri(Buffer.alloc(20, 7), totpDefaults, "Kiosk", "ada@example.com");
    const svg = (await qrSvg(uri)) ?? "";
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 \d+ \d+" [^>]*><path [^>]*\/><path [^>]*\/><\/svg>$/,
    );
    expect(svg).not.toMatch(/style|script|href|class/);
    expect(svg.length).toBeLessThan(12_000);
  });

  test("of what is too long for one is none", async () => {
    expect(await qrSvg("x".repeat(2_900))).not.toBe(null);
    expect(await qrSvg("x".repeat(3_000))).toBe(null);
  });
});
