import jsQR from "jsqr";

const blackOnWhite = "\u001b[30;107m";
const ownColours = "\u001b[0m";

/** The modules of a drawing on a terminal, true where they are dark, as its colours and halves show them. */
export function drawnModules(text: string): readonly (readonly boolean[])[] {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => line.startsWith(blackOnWhite) && line.endsWith(ownColours))
    .map((line) => [...line.slice(blackOnWhite.length, -ownColours.length)]);
  return lines.flatMap((line) => [
    line.map((one) => one === "\u2580" || one === "\u2588"),
    line.map((one) => one === "\u2584" || one === "\u2588"),
  ]);
}

/** What a scanner reads there: painted, four pixels a module, on a dark terminal. */
export function scannedText(text: string): string | undefined {
  const modules = drawnModules(text);
  const [scale, margin] = [4, 3];
  const width = ((modules[0]?.length ?? 0) + 2 * margin) * scale;
  const height = (modules.length + 2 * margin) * scale;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isDark = modules[Math.floor(y / scale) - margin]?.[Math.floor(x / scale) - margin] ?? true;
      const shade = isDark ? 0 : 255;
      pixels.set([shade, shade, shade, 255], (y * width + x) * 4);
    }
  }
  return jsQR.default(pixels, width, height)?.data;
}
