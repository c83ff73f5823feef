import { isOwnPath } from "../server/index.ts";

/** A request as every framework can tell it. */
export interface GuardedRequest {
  readonly method: string;
  /** As the browser asked for it: the whole path with its query. */
  readonly url: string;
  readonly accept: string | undefined;
}

/** What to do with a request: nothing, or to answer it like this. */
export interface GuardAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const pathMax = 1_000;

/** The same address without what a page has added; the root where a browser would go to another host by it. */
export function wayBack(url: string, added: readonly string[]): string {
  if (!isOwnPath(url) || url.length > pathMax) return "/";
  const { pathname, searchParams } = new URL(url, "http://host.invalid");
  for (const name of added) searchParams.delete(name);
  const path = searchParams.size === 0 ? pathname : `${pathname}?${searchParams}`;
  return isOwnPath(path) ? path : "/";
}

/** What stands behind the path of an address; nothing where it is none, as `//` is. */
export function queryOf(url: string): URLSearchParams {
  return URL.parse(url, "http://host.invalid")?.searchParams ?? new URLSearchParams();
}

/** Only somebody who looks at a page can be sent to another one. */
export function isPageRequest({ method, accept }: GuardedRequest): boolean {
  return (method === "GET" || method === "HEAD") && accept?.includes("text/html") === true;
}

export function redirect(location: string): GuardAnswer {
  return { status: 303, headers: { location, "cache-control": "no-store" }, body: "" };
}
