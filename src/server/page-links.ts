import { uuidPattern, uuidv7Time } from "../clock/index.ts";
import type { EngineParts } from "../engine/index.ts";
import { open, SealBroken, type SealContext, seal } from "../secrets/index.ts";

/** What a host application says about the person it sends to our page. Nobody else can make or read one. */
export interface PageLink {
  /** UUIDv7: its time is when the link was made. */
  readonly id: string;
  readonly tenantId: string;
  readonly serviceId: string;
  readonly purpose: string | null;
  readonly subject: string | null;
  /** The number to verify, in E.164; null where the person types it. */
  readonly to: string | null;
  /** One that the service has registered; of an application around us, a path of its own. */
  readonly returnUrl: string;
  readonly state: string | null;
  readonly language: string | null;
}

/** Whether an address leads to a path of the host that answers, and to no other host, however a browser reads it. */
export function isOwnPath(url: string): boolean {
  return /^\/(?![/\\])[^\\\s#]*$/.test(url);
}

/** How long after it was made a link can be opened. */
const linkLifetimeMs = 15 * 60_000;

const context: SealContext = { table: "pages", column: "link", row: "", tenant: "" };

/** The link as it stands in an address: sealed, so that it neither tells nor takes anything. */
export function writeLink(parts: EngineParts, link: PageLink): string {
  return seal(parts.keyring, parts.random, context, JSON.stringify(link));
}

/** Null for what we did not make, or what is too old. */
export function readLink(parts: EngineParts, text: string): PageLink | null {
  const link = opened(parts, text);
  return link !== null && parts.clock.now() < linkExpiresAt(link.id) ? link : null;
}

function opened(parts: EngineParts, text: string): PageLink | null {
  try {
    return JSON.parse(open(parts.keyring, context, text)) as PageLink;
  } catch (cause) {
    if (cause instanceof SealBroken) return null;
    throw cause;
  }
}

export function linkExpiresAt(id: string): number {
  return uuidPattern.test(id) ? uuidv7Time(id) + linkLifetimeMs : 0;
}
