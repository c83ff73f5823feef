import type { FastifyRequest } from "fastify";
import { type Language, languages } from "./languages/index.ts";

const english = languages.find((one) => one.tag === "en") as Language;

/** The language of a page: the one asked for, else the browser's first that we speak, else English. */
export function languageFor(asked: string | null, acceptLanguage: string | undefined): Language {
  for (const tag of [...(asked === null ? [] : [asked]), ...accepted(acceptLanguage)]) {
    const base = tag.toLowerCase().split("-", 1)[0];
    const found = languages.find((one) => one.tag === (base === "iw" ? "he" : base));
    if (found !== undefined) return found;
  }
  return english;
}

export function languageOf(request: FastifyRequest, asked: string | null): Language {
  return languageFor(asked, request.headers["accept-language"]);
}

const headerLengthMax = 500;

/** The tags of an Accept-Language header, best first. */
export function accepted(header: string | undefined): readonly string[] {
  if (header === undefined || header.length > headerLengthMax) return [];
  return header
    .split(",")
    .map((one) => {
      const [tag = "", ...parameters] = one.trim().split(";");
      const quality = parameters
        .map((part) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(part)?.[1])
        .find(Boolean);
      return { tag: tag.trim(), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ tag, quality }) => quality > 0 && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(tag))
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}
