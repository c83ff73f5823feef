import type { PageSettings } from "./records.ts";

/** One wrong setting of a page: which, and what would be right. */
export interface PageSettingsProblem {
  readonly setting: keyof PageSettings;
  readonly detail: string;
}

const returnUrlsMax = 20;
const returnUrlLengthMax = 500;
const framesMax = 10;
const logoBytesMax = 16_384;
const logoPattern = /^data:image\/(png|jpeg|webp);base64,([A-Za-z0-9+/]+={0,2})$/;
/** WCAG 1.4.3, for words of any size. */
const contrastMin = 4.5;

/** The first thing wrong with what a page is given; null when it may be saved. */
export function pageSettingsProblem(page: PageSettings): PageSettingsProblem | null {
  const urls = page.returnUrls ?? [];
  if (urls.length > returnUrlsMax) {
    return { setting: "returnUrls", detail: `must be at most ${returnUrlsMax} addresses` };
  }
  for (const url of urls) {
    const detail = returnUrlProblem(url);
    if (detail !== null) return { setting: "returnUrls", detail };
  }
  const frames = page.frameAncestors ?? [];
  if (frames.length > framesMax) {
    return { setting: "frameAncestors", detail: `must be at most ${framesMax} origins` };
  }
  for (const origin of frames) {
    const detail = frameProblem(origin);
    if (detail !== null) return { setting: "frameAncestors", detail };
  }
  const { accent, logo } = page;
  if (typeof accent === "string") {
    const detail = accentProblem(accent);
    if (detail !== null) return { setting: "accent", detail };
  }
  if (typeof logo === "string") {
    const detail = logoProblem(logo);
    if (detail !== null) return { setting: "logo", detail };
  }
  return null;
}

/**
 * Whether a page of these settings may lead there: one of its addresses, letter by letter. Nothing is parsed, so that
 * there is nothing to parse differently from a browser (W-14).
 */
export function isReturnUrl(page: PageSettings | undefined, url: string): boolean {
  return page?.returnUrls?.includes(url) === true;
}

/** What is wrong with an address to be registered: it must be written as a browser would write it. */
export function returnUrlProblem(url: string): string | null {
  if (url.length > returnUrlLengthMax) return `must be at most ${returnUrlLengthMax} characters long`;
  if (!URL.canParse(url)) return "must be a whole address, such as https://app.example.com/verified";
  const parsed = new URL(url);
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(parsed.hostname);
  if (parsed.protocol !== "https:" && !(parsed.protocol === "http:" && isLoopback)) {
    return "must begin with https://, or with http:// on localhost";
  }
  if (parsed.username !== "" || parsed.password !== "") return "must have no user name in it";
  if (url.includes("#")) return "must have no fragment";
  for (const name of ["ticket", "state", "outcome"]) {
    if (parsed.searchParams.has(name)) return `must not have the parameter ${name}, which is ours to add`;
  }
  if (parsed.href !== url)
    return "must be written as a browser writes it: lower case, ASCII, a path, no backslash";
  return null;
}

/** It becomes part of a header: only what a browser would write, so nothing but an origin. */
function frameProblem(origin: string): string | null {
  const detail = returnUrlProblem(`${origin}/`);
  if (detail !== null || origin.includes("*") || new URL(origin).origin !== origin) {
    return "must be origins such as https://app.example.com, without a path or a wildcard";
  }
  return null;
}

function accentProblem(accent: string): string | null {
  if (!/^#[0-9a-f]{6}$/i.test(accent)) return "must be a colour such as #1d5fd1";
  const contrast = contrastOf(accent, "#ffffff");
  if (contrast >= contrastMin) return null;
  return `has a contrast of ${contrast.toFixed(1)} to white, and ${contrastMin} are needed: choose a darker colour`;
}

function logoProblem(logo: string): string | null {
  const [, type = "", base64 = ""] = logoPattern.exec(logo) ?? [];
  if (base64 === "") return "must be a PNG, JPEG or WebP as a data: URL with base64";
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length > logoBytesMax) return `must be at most ${logoBytesMax} bytes, not ${bytes.length}`;
  const begins: Readonly<Record<string, string>> = { png: "89504e47", jpeg: "ffd8ff", webp: "52494646" };
  if (bytes.toString("hex").startsWith(begins[type] ?? "-")) return null;
  return `is no ${type.toUpperCase()} file`;
}

/** The colours that follow from one: for a light and for a dark ground. */
export interface Accent {
  readonly light: string;
  readonly dark: string;
  /** Words on the dark one. */
  readonly onDark: string;
}

const darkGround = "#1a1d24";
const darkInk = "#0c1424";
const steps = 20;

/** Lightens a colour until it can be read on a dark ground, and dark words on it. */
export function accentOf(colour: string): Accent {
  const light = colour.toLowerCase();
  for (let step = 0; step <= steps; step++) {
    const dark = mixedWithWhite(light, step / steps);
    if (contrastOf(dark, darkGround) >= contrastMin && contrastOf(dark, darkInk) >= contrastMin) {
      return { light, dark, onDark: darkInk };
    }
  }
  return { light, dark: "#ffffff", onDark: darkInk };
}

function channels(colour: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function mixedWithWhite(colour: string, share: number): string {
  const mixed = channels(colour).map((one) => Math.round(one + (255 - one) * share));
  return `#${mixed.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((one) => {
    const part = one / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}
