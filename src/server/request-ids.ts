import type { Random } from "../clock/index.ts";

/** 72 bits: 12 characters of base64url. */
const idBytes = 9;
const idLength = 12;
/** Made at once: to turn each by itself into text took longer than everything else about it. */
const pooledIds = 340;

/** Makes ids of requests, which nobody can guess or count by. A caller's header never becomes part of our log. */
export function requestIds(random: Random): () => string {
  let pool = "";
  let used = 0;
  return () => {
    if (used >= pool.length) {
      pool = Buffer.from(random.bytes(idBytes * pooledIds)).toString("base64url");
      used = 0;
    }
    const from = used;
    used += idLength;
    return `req-${pool.slice(from, used)}`;
  };
}
