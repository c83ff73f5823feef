import { timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { keyedDigest, requireKey } from "../../secrets/index.ts";
import { Problem } from "../problems.ts";
import { limitDefault, type PageQueryValue } from "./schemas.ts";

/** What a cursor is good for: this list with this filter, by this tenant. */
export interface Listed {
  readonly list: string;
  readonly filter?: readonly string[];
}

const cursorBytes = 16;
/** An id, and in lists whose rows have none of their own, the place within its row. */
const positionPattern = /^[0-9a-f-]{36}(~[1-9]\d{0,2})?$/;

/** `id.signature`: the id is no secret to whoever saw the page, and the signature keeps others from being tried (C-41). */
export function writeCursor(request: FastifyRequest, listed: Listed, lastId: string): string {
  return `${lastId}.${signature(request, listed, lastId).toString("base64url")}`;
}

/**
 * The id after which the page begins; undefined for the first page.
 * @throws Problem for a cursor that we did not write for this list, filter and tenant.
 */
export function readCursor(
  request: FastifyRequest,
  listed: Listed,
  cursor: string | undefined,
): string | undefined {
  if (cursor === undefined) return undefined;
  const [id = "", signed = "", ...rest] = cursor.split(".");
  const given = Buffer.from(signed, "base64url");
  const isOurs =
    rest.length === 0 &&
    positionPattern.test(id) &&
    given.length === cursorBytes &&
    timingSafeEqual(given, signature(request, listed, id));
  if (!isOurs) {
    throw new Problem("cursor_invalid");
  }
  return id;
}

function signature(request: FastifyRequest, { list, filter = [] }: Listed, id: string): Buffer {
  const key = requireKey(request.server.parts.keyring, "cursor");
  return keyedDigest(key, [list, request.caller.tenantId, ...filter, id]).subarray(0, cursorBytes);
}

export function limitOf(query: PageQueryValue): number {
  return query.limit === undefined ? limitDefault : Number(query.limit);
}

export interface Page<B> {
  items: B[];
  nextCursor: string | null;
}

/** One page of rows that are few enough to be read at once: newest first. */
export function pageOf<R extends { readonly id: string }, B>(
  request: FastifyRequest,
  list: string,
  rows: readonly R[],
  toBody: (row: R) => B,
): Page<B> {
  const query = request.query as PageQueryValue;
  const before = readCursor(request, { list }, query.cursor);
  const limit = limitOf(query);
  const sorted = rows
    .filter((row) => before === undefined || row.id < before)
    .sort((a, b) => (a.id < b.id ? 1 : -1));
  const page = sorted.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toBody),
    nextCursor: last !== undefined && sorted.length > limit ? writeCursor(request, { list }, last.id) : null,
  };
}
