/** In the order in which they are looked for: many say that they are others as well. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg/, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/Chrome\/|\bCriOS\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

/** What a browser is called on the list of those that somebody trusts; it is its own word and proves nothing. */
export function browserOf(agent: string): string {
  const first = (names: typeof browsers): string | undefined =>
    names.find(([pattern]) => pattern.test(agent))?.[1];
  return [first(browsers), first(systems)].filter((one) => one !== undefined).join(", ") || "Browser";
}
