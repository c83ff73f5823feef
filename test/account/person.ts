import { openSite, type Site } from "../pages/site.ts";
import type { Visitor } from "../pages/visitor.ts";

export const password = "nine rowing margarets";

/** Who signed up, at the browser that they did it with. */
export interface Person {
  readonly visitor: Visitor;
  readonly name: string;
  readonly number: string;
  readonly codes: readonly string[];
}

/** A site, and people who have accounts there. */
export interface AccountSite extends Site {
  /** Signs up all the way; the browser is signed in afterwards. */
  signUp(name: string, visitor?: Visitor): Promise<Person>;
  /** Name and password, and whatever comes next. */
  enter(visitor: Visitor, name: string, secret?: string): Promise<void>;
}

export async function openAccountSite(settings: Readonly<Record<string, string>> = {}): Promise<AccountSite> {
  const site = await openSite(settings);
  return {
    ...site,
    async signUp(name, visitor = site.visitor()) {
      const number = site.freshNumber();
      await visitor.open("/account/sign-up");
      await visitor.post("/account/sign-up/number", visitor.proven("US", number));
      await visitor.post("/account/sign-up/code", { code: await site.codeFor(number) });
      await visitor.post("/account/sign-up/finish", { name, password });
      const codes = shownCodes(visitor);
      await visitor.post("/account/codes-kept");
      return { visitor, name, number, codes };
    },
    async enter(visitor, name, secret = password) {
      await visitor.open("/account/sign-in");
      await visitor.post("/account/sign-in", { name, password: secret });
    },
  };
}

export function shownCodes({ page }: Visitor): readonly string[] {
  return [...page.text.matchAll(/<li><code>([^<]+)<\/code>/g)].map((one) => one[1] ?? "");
}

/** What the page is about. */
export function heading({ page }: Visitor): string {
  return /<h1[^>]*>([^<]*)/.exec(page.text)?.[1] ?? "";
}

/** What it says went wrong, or well. */
export function said({ page }: Visitor): string {
  const found = /class="(?:error|notice)[^>]*>(?:<span>)?(.*?)(?:<\/span>)?<\/(?:p|div)>/.exec(page.text);
  return (found?.[1] ?? "").replaceAll(/<[^>]+>/g, "");
}

/** The value of the button for one way to confirm. */
export function wayOf({ page }: Visitor, by: "sms" | "voice" | "code"): string {
  return new RegExp(`value="([0-9a-f-]{36}:${by})"`).exec(page.text)?.[1] ?? "";
}
