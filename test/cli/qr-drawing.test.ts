import { describe, expect, test } from "vitest";
import { qrQuiet, qrRows, totpDefaults, totpUri } from "../../src/authenticators/index.ts";
import { qrDrawing } from "../../src/cli/qr-drawing.ts";
import { drawnModules, scannedText } from "./drawn-qr.ts";

describe("a QR code on a terminal", () => {
  test("T-8: shows every module, dark on light, with its quiet zone, and a scanner reads it", async () => {
    for (const [seed, issuer, name] of [
      [Buffer.alloc(20, 7), "Countersign", "ada"],
      [Buffer.alloc(32, 9), "A & B: 100 %", "\u9280\u884c"],
    ] as const) {
      const uri = totpUri(seed, totpDefaults, issuer, name);
      const drawing = (await qrDrawing(uri, 200)) ?? "";
      const rows = (await qrRows(uri, ["L"])) ?? [];
      const size = rows.length + 2 * qrQuiet;
      const modules = drawnModules(drawing);
      expect(modules.length).toBe(drawing.split("\n").length * 2);
      const inner = modules.slice(qrQuiet, -qrQuiet).slice(0, rows.length);
      expect(inner.map((row) => row.slice(qrQuiet, -qrQuiet))).toEqual(rows);
      expect(modules.flat().filter(Boolean).length).toBe(rows.flat().filter(Boolean).length);
      expect(modules.every((row) => row.length === size)).toBe(true);
      expect(scannedText(drawing)).toBe(uri);
    }
  });

  test("fits a usual terminal, and is left out where a line of it would break", async () => {
    const uri = totpUri(Buffer.alloc(20, 7), totpDefaults, "Countersign", "ada");
    const lines = ((await qrDrawing(uri, 80)) ?? "").split("\n");
    expect(lines.length).toBeLessThan(24);
    const width = drawnModules(lines.join("\n"))[0]?.length ?? 0;
    expect(await qrDrawing(uri, width)).toBe(lines.join("\n"));
    expect(await qrDrawing(uri, width - 1)).toBe(null);
    expect(await qrDrawing("x".repeat(3_000), 500)).toBe(null);
  });
});
