import { type Static, type TProperties, type TSchema, Type } from "typebox";

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
    Type.String({ pattern: "^([1-9][0-9]?|100)$", description: "Items of a page, 1 to 100; default 20" }),
  ),
};

export const PageQuery = strict(pageQuery);

/** The shape of every list. */
export const listOf = <S extends TSchema>(item: S, title: string) =>
  Type.Object({ items: Type.Array(item), nextCursor: orNull(Type.String()) }, { title });

export type PageQueryValue = Static<typeof PageQuery>;

export const iso = (at: number): string => new Date(at).toISOString();
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
