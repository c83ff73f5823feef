/** GSM 7-bit default alphabet (3GPP TS 23.038, 6.2.1), without the escape character. */
const gsmBasic =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** Its extension table (6.2.1.1): each takes two septets. */
const gsmExtension: ReadonlySet<string> = new Set("\f^{}\\[~]|€");

export interface Segments {
  readonly encoding: "gsm7" | "ucs2";
  readonly count: number;
  /** Septets or UTF-16 units used. */
  readonly units: number;
}

/** Septets of each UTF-16 unit, 0 for what needs UCS-2: every message is counted when it is sent. */
const septetsOf = new Uint8Array(0x20ad);
for (const one of gsmBasic) septetsOf[one.charCodeAt(0)] = 1;
for (const one of gsmExtension) septetsOf[one.charCodeAt(0)] = 2;

/** How many SMS segments a text takes: 160 or 153 septets each, or 70 and 67 units where one character forces UCS-2 (O-5). */
export function countSegments(text: string): Segments {
  let septets = 0;
  for (let at = 0; at < text.length; at += 1) {
    const width = septetsOf[text.charCodeAt(at)] ?? 0;
    if (width === 0) return ucs2Segments(text);
    septets += width;
  }
  if (septets <= 160) return { encoding: "gsm7", count: 1, units: septets };
  return {
    encoding: "gsm7",
    count: packed(text, 153, (one) => (gsmExtension.has(one) ? 2 : 1)),
    units: septets,
  };
}

function ucs2Segments(text: string): Segments {
  if (text.length <= 70) return { encoding: "ucs2", count: 1, units: text.length };
  return { encoding: "ucs2", count: packed(text, 67, (one) => one.length), units: text.length };
}

/** Neither an escape pair nor a surrogate pair is split over two segments. */
function packed(text: string, perSegment: number, widthOf: (character: string) => number): number {
  let count = 1;
  let used = 0;
  for (const character of text) {
    const width = widthOf(character);
    if (used + width > perSegment) {
      count += 1;
      used = 0;
    }
    used += width;
  }
  return count;
}
