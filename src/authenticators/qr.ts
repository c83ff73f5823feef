/** Modules of white around the image, without which scanners do not find it (ISO/IEC 18004). */
export const qrQuiet = 4;

/** How much of it may be spoiled: 15 or 7 percent. */
type Level = "M" | "L";

/**
 * A QR code as SVG, made here: what it says is a secret (T-8). Without styles and scripts, so that it may stand in a page
 * with any policy. Null for a text that is too long for one.
 */
export async function qrSvg(text: string): Promise<string | null> {
  // A screen is clean: the middle level where it fits, else the lowest.
  const rows = await qrRows(text, ["M", "L"]);
  if (rows === null) return null;
  const size = rows.length + 2 * qrQuiet;
  const dark = rows.flatMap((row, y) =>
    runsOf(row).map(([x, length]) => `M${x + qrQuiet} ${y + qrQuiet}h${length}v1h-${length}z`),
  );
  const box = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"`;
  return `<svg ${box}><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${dark.join("")}"/></svg>`;
}

/** Its modules, true where dark, without the white around them, at the first of the levels that the text fits. */
export async function qrRows(
  text: string,
  levels: readonly Level[],
): Promise<readonly (readonly boolean[])[] | null> {
  // Few starts enrol anybody: it is loaded when it is asked for.
  const { encode } = await import("uqr");
  for (const ecc of levels) {
    try {
      return encode(text, { ecc, border: 0 }).data;
    } catch {
      // Too long at this level.
    }
  }
  return null;
}

/** Where dark modules begin in a row, and how many follow each other. */
function runsOf(row: readonly boolean[]): (readonly [number, number])[] {
  const runs: [number, number][] = [];
  row.forEach((isDark, x) => {
    if (!isDark) return;
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  });
  return runs;
}
