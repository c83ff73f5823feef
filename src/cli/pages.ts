import { call } from "./connection.ts";
import type { Connection } from "./contract.ts";

const itemsMax = 10_000;

/** All items of a list, page after page. */
export async function allItems<T>(connection: Connection, path: string): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "?limit=100" : `?limit=100&cursor=${encodeURIComponent(cursor)}`;
    const page = (await call(connection, "GET", `${path}${query}`)) as {
      readonly items: readonly T[];
      readonly nextCursor: string | null;
    };
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < itemsMax);
  return items;
}
