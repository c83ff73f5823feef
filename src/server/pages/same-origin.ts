import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a POST was sent by a page of ours (W-13). Browsers say so in two ways: `Sec-Fetch-Site`, which a page cannot
 * forge, and `Origin`, which our own pages send as `null` because they send no referrer. What says neither is no
 * browser, or one that is too old to be protected.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, ownOrigins: readonly string[]): boolean {
  const site = headers["sec-fetch-site"];
  const { origin } = headers;
  const isOwn = origin !== undefined && ownOrigins.includes(origin);
  if (site === undefined) return isOwn;
  return site === "same-origin" && (isOwn || origin === undefined || origin === "null");
}
