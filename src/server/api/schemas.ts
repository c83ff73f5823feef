import { type Static, type TProperties, type TSchema, Type } from "../../schemas/index.ts";
import { forms } from "../forms.ts";

/** An RFC 3339 instant in UTC. */
export const Instant = Type.String({ format: "date-time", description: "RFC 3339, in UTC" });

/**
 * The schema or null, for answers. As one list of types: a union would have each value validated while it is written.
 */
export const orNull = <S extends TSchema & { readonly type: string }>(schema: S) =>
  Type.Unsafe<Static<S> | null>({ ...schema, type: [schema.type, "null"] });

export const opaque = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, description });

/** A body of ours: a field that nobody declared is refused, never ignored (C-36). */
export const strict = <P extends TProperties>(properties: P, options: Record<string, unknown> = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

export const IdParams = Type.Object({ id: Type.String({ maxLength: 64, description: "UUIDv7" }) });

export const limitMax = 100;
export const limitDefault = 20;

/** Where a list goes on. A query has no numbers, only text: the document shows `limit` as the integer it means. */
export const pageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 300, description: "`nextCursor` of the page before" })),
  limit: Type.Optional(
    Type.String({ pattern: forms.pageLimit.pattern, description: "Items of a page, 1 to 100; default 20" }),
  ),
};

export const PageQuery = strict(pageQuery);

/** The shape of every list. */
export const listOf = <S extends TSchema>(item: S, title: string) =>
  Type.Object({ items: Type.Array(item), nextCursor: orNull(Type.String()) }, { title });

export type PageQueryValue = Static<typeof PageQuery>;

/** Seconds written lately: under load a few of them make up all instants of all answers. */
const seconds = new Map<number, string>();
const secondsMax = 256;

/** An instant as RFC 3339 in UTC, always with milliseconds. */
export function iso(at: number): string {
  const second = Math.floor(at / 1_000);
  let text = seconds.get(second);
  if (text === undefined) {
    if (seconds.size >= secondsMax) seconds.clear();
    text = new Date(second * 1_000).toISOString().slice(0, -4);
    seconds.set(second, text);
  }
  return `${text}${String(at - second * 1_000).padStart(3, "0")}Z`;
}

export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
