import { localeForRegion, parseLocale, wordsIn } from "../delivery/index.ts";
import type { Platform, Service, TextSettings } from "../tenants/index.ts";
import { type Autofill, unreachable } from "../verification/index.ts";
import type { TextProblem } from "./start-text.ts";

/** What a start may say about its text. */
export interface TextRequest {
  readonly locale?: string | undefined;
  /** Where the locale comes from that is not named; over the service's setting. */
  readonly localeFrom?: "service" | "number" | undefined;
  /** What reads the code by itself; `host` and `appHash` choose among those that the service registered (O-2, O-4). */
  readonly platform?: Platform | undefined;
  readonly host?: string | undefined;
  readonly appHash?: string | undefined;
}

type Wrong = { readonly problem: TextProblem };

/** The locale of a start: the one it names, else by the service's setting that of the number's region or its own. */
export function localeOf(
  request: TextRequest,
  { settings }: Service,
  region: string,
): { readonly locale: string } | Wrong {
  if (request.locale !== undefined) {
    const locale = parseLocale(request.locale);
    return locale === null ? { problem: { field: "locale", detail: localeDetail } } : { locale };
  }
  const { locale, texts } = settings;
  if ((request.localeFrom ?? texts?.localeFrom) !== "number") return { locale };
  return { locale: localeForRegion(region, knownTo(texts)) ?? locale };
}

const localeDetail = "must be a BCP 47 language tag such as en or pt-BR";

export function localeProblem(locale: string): string | null {
  return parseLocale(locale) === null ? localeDetail : null;
}

/** Whether there are words in a language: ours or the service's. */
function knownTo(texts: TextSettings | undefined): (locale: string) => boolean {
  const language = (locale: string): string | undefined => locale.toLowerCase().split("-")[0];
  return (locale) =>
    wordsIn(locale) !== undefined ||
    Object.keys(texts?.templates ?? {}).some((one) => language(one) === language(locale));
}

/** How the text ends for a browser or an app; both want its end, so that only one of them can have it (O-4). */
export function autofillOf(
  request: TextRequest,
  texts: TextSettings | undefined,
): { readonly autofill: Autofill | null } | Wrong {
  const { host, appHash } = request;
  if (host !== undefined && appHash !== undefined) {
    return wrong("appHash", "a text ends for a browser or for an app: give either host or appHash");
  }
  const platform = request.platform ?? named(host, appHash) ?? texts?.platform ?? "none";
  if (host !== undefined && platform !== "web") return wrong("host", "is for the platform web only");
  if (appHash !== undefined && platform !== "android")
    return wrong("appHash", "is for the platform android only");
  switch (platform) {
    case "none":
      return { autofill: null };
    case "web": {
      const chosen = chooseFrom(texts?.hosts, host);
      return chosen === undefined
        ? unregistered("host", "hosts", host)
        : { autofill: { platform, host: chosen } };
    }
    case "android": {
      const chosen = chooseFrom(texts?.appHashes, appHash);
      return chosen === undefined
        ? unregistered("appHash", "appHashes", appHash)
        : { autofill: { platform, appHash: chosen } };
    }
    default:
      return unreachable(platform);
  }
}

function named(host: string | undefined, appHash: string | undefined): Platform | undefined {
  if (host !== undefined) return "web";
  return appHash === undefined ? undefined : "android";
}

function chooseFrom(
  registered: readonly string[] | undefined,
  asked: string | undefined,
): string | undefined {
  return registered?.find((one) => asked === undefined || one === asked);
}

function unregistered(field: string, setting: string, asked: string | undefined): Wrong {
  return asked === undefined
    ? wrong("platform", `needs an entry in the setting texts.${setting} of the service`)
    : wrong(field, `is none of the service's: add it to its setting texts.${setting} first`);
}

function wrong(field: string, detail: string): Wrong {
  return { problem: { field, detail } };
}
