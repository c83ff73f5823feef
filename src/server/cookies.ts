/**
 * What a browser's Cookie header holds under a name, as it stands there; undefined for nothing. Of several the first,
 * which is the one with the longer path. Only for values of ours, in which nothing is encoded.
 */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  let from = 0;
  for (;;) {
    const at = header.indexOf(name, from);
    if (at === -1) return undefined;
    from = at + name.length;
    if (header.charCodeAt(from) !== equalsSign || !isStart(header, at)) continue;
    const end = header.indexOf(";", from);
    return header.slice(from + 1, end === -1 ? undefined : end).trimEnd();
  }
}

const equalsSign = 0x3d;

/** Whether a name begins there: it is not the end of another's, nor part of a value. */
function isStart(header: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && header.charCodeAt(before) === 0x20) before -= 1;
  return before < 0 || header.charCodeAt(before) === 0x3b;
}
