import type { FastifyRequest } from "fastify";

interface Listed {
  readonly data: readonly unknown[];
  readonly meta: {
    readonly total_pages: number;
    readonly total_results: number;
    readonly page_number: number;
    readonly page_size: number;
  };
}

const sizeDefault = 25;
const sizeMax = 250;

/** One page of what is all in memory; each client of the vendor spells its page in its own way. */
export function listOf(all: readonly unknown[], request: FastifyRequest): Listed {
  const query = new URLSearchParams((request.raw.url ?? "").split("?")[1] ?? "");
  const size = Math.min(numberIn(query, "size") ?? sizeDefault, sizeMax);
  const page = numberIn(query, "number") ?? 1;
  return {
    data: all.slice((page - 1) * size, page * size),
    meta: {
      total_pages: Math.ceil(all.length / size),
      total_results: all.length,
      page_number: page,
      page_size: size,
    },
  };
}

/** A page that cannot be read is the first one: the vendor's clients send what they were given. */
function numberIn(query: URLSearchParams, name: "size" | "number"): number | undefined {
  const given = query.get(`page[${name}]`) ?? query.get(`page_${name}`) ?? "";
  return /^[1-9]\d{0,5}$/.test(given) ? Number(given) : undefined;
}

/** `filter[name]`, as the vendor's lists know it. */
export function filterIn(request: FastifyRequest, name: string): string | null {
  return new URLSearchParams((request.raw.url ?? "").split("?")[1] ?? "").get(`filter[${name}]`);
}
