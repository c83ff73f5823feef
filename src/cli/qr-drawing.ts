import { qrQuiet, qrRows } from "../authenticators/qr.ts";

/** Black on bright white, whatever the terminal's own colours are: many scanners do not find the negative. */
const colours = "\u001b[30;107m";
const ownColours = "\u001b[0m";

/** Two modules one above the other, by whether they are dark. */
const halves = [
  [" ", "\u2584"],
  ["\u2580", "\u2588"],
] as const;

/** A QR code for a terminal of so many columns, two modules a character; null where it is too wide. */
export async function qrDrawing(text: string, columns: number): Promise<string | null> {
  // A terminal has few lines: the level that needs the fewest.
  const rows = await qrRows(text, ["L"]);
  if (rows === null) return null;
  const size = rows.length + 2 * qrQuiet;
  if (size > columns) return null;
  const isDark = (x: number, y: number): 0 | 1 => (rows[y - qrQuiet]?.[x - qrQuiet] === true ? 1 : 0);
  const lines: string[] = [];
  for (let y = 0; y < size; y += 2) {
    const line = Array.from({ length: size }, (_, x) => halves[isDark(x, y)][isDark(x, y + 1)]);
    lines.push(`${colours}${line.join("")}${ownColours}`);
  }
  return lines.join("\n");
}
