import { isEndedWithAll, opens, type Session, type Subscriber } from "../../accounts/index.ts";
import { bearerDigest } from "../../secrets/index.ts";
import type { EngineParts } from "../parts.ts";

/** What the holder of a session, and a trusted device, presents. The kinds differ in their first letters: one is never taken for the other. */
const prefixes = { pending: "csp_", active: "css_", trusted: "cst_" } as const;
const idBytes = 16;
const secretBytes = 24;

export interface Presented {
  readonly state: "pending" | "active";
  readonly id: string;
  readonly digest: string;
}

/** A new secret for a session: 192 random bits behind its id (P-5). */
export function newBearer(
  { random }: EngineParts,
  kind: keyof typeof prefixes,
  id: string,
): { readonly bearer: string; readonly digest: string } {
  const bytes = Buffer.concat([bytesOfId(id), random.bytes(secretBytes)]);
  const bearer = prefixes[kind] + bytes.toString("base64url");
  return { bearer, digest: bearerDigest(bearer) };
}

/** Null for what is no bearer of a session of ours. */
export function readBearer(given: string): Presented | null {
  const state = given.startsWith(prefixes.pending) ? "pending" : "active";
  const read = readKind(state, given);
  return read === null ? null : { state, ...read };
}

/** Null for what is no bearer of a trusted device. */
export function readDeviceBearer(given: string | undefined): Omit<Presented, "state"> | null {
  return given === undefined ? null : readKind("trusted", given);
}

function readKind(kind: keyof typeof prefixes, given: string): Omit<Presented, "state"> | null {
  const text = given.slice(prefixes[kind].length);
  if (!given.startsWith(prefixes[kind]) || !/^[A-Za-z0-9_-]{54}$/.test(text)) return null;
  return { id: idOfBytes(Buffer.from(text, "base64url")), digest: bearerDigest(given) };
}

/** What holds other things open than sessions, each with first letters of its own. */
const secretPrefixes = { reset: "csr_", recovery: "csv_" } as const;
export type SecretKind = keyof typeof secretPrefixes;

/** 192 random bits behind the id of what they open. */
export function newSecret({ random }: EngineParts, kind: SecretKind, id: string): string {
  const bytes = Buffer.concat([bytesOfId(id), random.bytes(secretBytes)]);
  return secretPrefixes[kind] + bytes.toString("base64url");
}

/** The id of what it would open; null for what is no secret of this kind. */
export function readSecret(kind: SecretKind, given: string): string | null {
  const prefix = secretPrefixes[kind];
  if (!given.startsWith(prefix) || !/^[A-Za-z0-9_-]{54}$/.test(given.slice(prefix.length))) return null;
  return idOfBytes(Buffer.from(given.slice(prefix.length), "base64url"));
}

export function bytesOfId(id: string): Buffer {
  return Buffer.from(id.replaceAll("-", ""), "hex");
}

export function idOfBytes(bytes: Buffer): string {
  const hex = bytes.subarray(0, idBytes).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A digest of 192 random bits tells nothing by how long its comparison takes. */
export function isOpenedBy(
  session: Session | undefined,
  { state, digest }: Presented,
  subscriber: Subscriber | undefined,
  tenantId: string,
  now: number,
): session is Session {
  const isOwn =
    session?.tenantId === tenantId &&
    subscriber?.id === session.subscriberId &&
    !isEndedWithAll(session, subscriber);
  return isOwn && opens(session, { state, digestMatches: session.digest === digest }, now);
}
