import type { FastifyReply } from "fastify";

export interface PageHeaders {
  /** Whether the browser came by https: only then HSTS means anything. */
  readonly isSecure: boolean;
  /** Origins of others to which a form of this page may lead, by a redirect. */
  readonly formTargets?: readonly string[];
  /** Origins that may show it in a frame; without any, nobody may. */
  readonly frameAncestors?: readonly string[];
}

const permissions = [
  "otp-credentials=(self)",
  "publickey-credentials-get=(self)",
  ...["camera", "display-capture", "geolocation", "microphone", "payment", "usb"].map((name) => `${name}=()`),
].join(", ");

/** Nothing inline, nothing from anybody else, in no frame that was not allowed (W-12). */
export function setPageHeaders(reply: FastifyReply, page: PageHeaders): void {
  const { isSecure, formTargets = [], frameAncestors = [] } = page;
  reply.header(
    "content-security-policy",
    [
      "default-src 'none'",
      "script-src 'self'",
      "worker-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      ["form-action 'self'", ...formTargets].join(" "),
      ["frame-ancestors", ...(frameAncestors.length === 0 ? ["'none'"] : frameAncestors)].join(" "),
      "base-uri 'none'",
    ].join("; "),
  );
  reply.header("cross-origin-opener-policy", "same-origin");
  reply.header("permissions-policy", permissions);
  reply.header("referrer-policy", "no-referrer");
  reply.header("x-content-type-options", "nosniff");
  reply.header("cache-control", "no-store");
  if (isSecure) reply.header("strict-transport-security", "max-age=31536000");
}
