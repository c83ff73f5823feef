import { type Store, scanKey, type TableName, type Tables } from "./port.ts";

const pageRows = 500;

/**
 * All rows of a kind in the order of `scanKey`, those behind `after`; the next page is read while this one is worked on.
 * What is written meanwhile may be among them, as it was or as it is.
 */
export async function* everyRow<T extends TableName>(
  store: Pick<Store, "scan">,
  table: T,
  after: string | null = null,
): AsyncGenerator<Tables[T], void, undefined> {
  let page = await store.scan(table, after, pageRows);
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    const next = store.scan(table, scanKey(table, last), pageRows);
    // Whoever stops reading early does not look at it.
    next.catch(() => undefined);
    yield* page;
    page = await next;
  }
}
