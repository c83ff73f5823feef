import { type Keyring, keyedDigest, requireKey } from "../secrets/index.ts";

/**
 * The name under which this installation keeps a sealed cookie in a browser. Cookies know hosts and no ports: where another
 * installation on the same host has put its own under the usual name, whoever finds it steps aside, to a name that all
 * nodes of this installation agree on, and stays there as long as the browser brings that.
 */
export function ownCookieName(
  keyring: Keyring,
  header: string | undefined,
  name: string,
  isOurs: (value: string) => boolean,
): string {
  if (header === undefined) return name;
  const usual = cookieIn(header, name);
  if (usual === undefined && !header.includes(`${name}-`)) return name;
  if (usual !== undefined && isOurs(usual)) return name;
  const aside = `${name}-${tagOf(keyring)}`;
  return usual !== undefined || cookieIn(header, aside) !== undefined ? aside : name;
}

const tagBytes = 6;

/** Under the first secret of this data, so that nodes agree while secrets rotate. */
function tagOf(keyring: Keyring): string {
  const under = requireKey(keyring, "page", keyring.indexId);
  return keyedDigest(under, ["cookies"]).subarray(0, tagBytes).toString("hex");
}

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
