/** A stored hash, taken apart. Salts and digests are bytes. */
export type PasswordHash =
  | {
      readonly type: "argon2id";
      readonly memoryKib: number;
      readonly passes: number;
      readonly lanes: number;
      /** Of the master secret whose pepper went in; null where none did. */
      readonly keyId: string | null;
      readonly salt: Buffer;
      readonly digest: Buffer;
    }
  | {
      readonly type: "scrypt";
      readonly cost: number;
      readonly blockSize: number;
      readonly lanes: number;
      readonly salt: Buffer;
      readonly digest: Buffer;
    }
  | {
      readonly type: "pbkdf2";
      readonly hash: "sha1" | "sha256" | "sha512";
      readonly iterations: number;
      readonly salt: Buffer;
      readonly digest: Buffer;
    }
  | { readonly type: "bcrypt"; readonly text: string };

/** Whoever imports a hash names its cost: what would hold up all other sign-ins is refused. */
const memoryKibMax = 262_144;
const passesMax = 16;
const lanesMax = 16;
const iterationsMax = 2_000_000;
const bcryptCostMax = 14;
const hashTextMax = 512;
const saltBytesMin = 4;
const digestBytesMin = 16;
const digestBytesMax = 128;

const argon2id =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})(?:,keyid=([0-9a-f]{8}))?\$([^$]+)\$([^$]+)$/;
const scrypt = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([^$]+)\$([^$]+)$/;
const pbkdf2 = /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,7})(?:,l=\d{1,3})?\$([^$]+)\$([^$]+)$/;
const django = /^pbkdf2_(sha1|sha256)\$(\d{1,7})\$([^$]+)\$([^$]+)$/;
const bcrypt = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/**
 * Reads a hash as argon2, passlib, Django and bcrypt write it; null for what is none of them, or costs too much.
 */
export function parsePasswordHash(text: string): PasswordHash | null {
  if (text.length > hashTextMax) return null;
  const parsed = parseArgon2id(text) ?? parseScrypt(text) ?? parsePbkdf2(text) ?? parseBcrypt(text);
  if (parsed === null || parsed.type === "bcrypt") return parsed;
  const { salt, digest } = parsed;
  const isSound =
    salt.length >= saltBytesMin && digest.length >= digestBytesMin && digest.length <= digestBytesMax;
  return isSound ? parsed : null;
}

export function formatArgon2id(hash: Extract<PasswordHash, { readonly type: "argon2id" }>): string {
  const { memoryKib, passes, lanes, keyId, salt, digest } = hash;
  const key = keyId === null ? "" : `,keyid=${keyId}`;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}${key}$${base64(salt)}$${base64(digest)}`;
}

function parseArgon2id(text: string): PasswordHash | null {
  const [, m, t, p, keyId, salt, digest] = argon2id.exec(text) ?? [];
  if (salt === undefined || digest === undefined) return null;
  const [memoryKib, passes, lanes] = [Number(m), Number(t), Number(p)];
  if (passes < 1 || passes > passesMax || lanes < 1 || lanes > lanesMax) return null;
  if (memoryKib < 8 * lanes || memoryKib > memoryKibMax) return null;
  // RFC 9106 asks for a salt of eight bytes.
  const bytes = unbase64(salt);
  if (bytes.length < 8) return null;
  return {
    type: "argon2id",
    memoryKib,
    passes,
    lanes,
    keyId: keyId ?? null,
    salt: bytes,
    digest: unbase64(digest),
  };
}

function parseScrypt(text: string): PasswordHash | null {
  const [, ln, r, p, salt, digest] = scrypt.exec(text) ?? [];
  if (salt === undefined || digest === undefined) return null;
  const [logCost, blockSize, lanes] = [Number(ln), Number(r), Number(p)];
  if (logCost < 1 || logCost > 20 || blockSize < 1 || lanes < 1 || lanes > lanesMax) return null;
  const cost = 2 ** logCost;
  if ((128 * cost * blockSize) / 1_024 > memoryKibMax) return null;
  return { type: "scrypt", cost, blockSize, lanes, salt: unbase64(salt), digest: unbase64(digest) };
}

function parsePbkdf2(text: string): PasswordHash | null {
  const [, name, i, salt, digest] = pbkdf2.exec(text) ?? [];
  if (salt !== undefined && digest !== undefined) {
    return pbkdf2Of(name ?? "sha1", i, unbase64(salt), unbase64(digest));
  }
  const [, djangoName, djangoI, djangoSalt, djangoDigest] = django.exec(text) ?? [];
  if (djangoSalt === undefined || djangoDigest === undefined) return null;
  // Django's salt is a text as it stands.
  return pbkdf2Of(djangoName ?? "sha256", djangoI, Buffer.from(djangoSalt, "utf8"), unbase64(djangoDigest));
}

function pbkdf2Of(hash: string, i: string | undefined, salt: Buffer, digest: Buffer): PasswordHash | null {
  const iterations = Number(i);
  if (iterations < 1 || iterations > iterationsMax) return null;
  return { type: "pbkdf2", hash: hash as "sha1" | "sha256" | "sha512", iterations, salt, digest };
}

function parseBcrypt(text: string): PasswordHash | null {
  const [, cost] = bcrypt.exec(text) ?? [];
  if (cost === undefined || Number(cost) < 4 || Number(cost) > bcryptCostMax) return null;
  return { type: "bcrypt", text };
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

/** passlib writes a dot for a plus. */
function unbase64(text: string): Buffer {
  return Buffer.from(text.replaceAll(".", "+"), "base64");
}
