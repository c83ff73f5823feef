import { openSite, type Site } from "../pages/site.ts";
import type { Visitor } from "../pages/visitor.ts";
import { ask } from "../server/support.ts";
import { codeOfApp } from "../support/totp-code.ts";

export const password = "nine rowing margarets";

/** An administrator, at the browser that they joined with. */
export interface Admin {
  readonly visitor: Visitor;
  readonly name: string;
  readonly seed: string;
  readonly codes: readonly string[];
}

/** A site with a console, and the people who run it. */
export interface ConsoleSite extends Site {
  /** What `countersign console invite` prints. */
  invitation(): Promise<string>;
  /** Becomes an administrator with an authenticator app, and is signed in. */
  join(name: string, invitation?: string): Promise<Admin>;
  /** Signs in from another browser; all the way where nothing else is said. */
  signIn(admin: Admin, visitor?: Visitor): Promise<Visitor>;
  /** What the app shows: a code that was not used yet. */
  code(admin: Pick<Admin, "seed">): string;
}

export async function openConsole(settings: Readonly<Record<string, string>> = {}): Promise<ConsoleSite> {
  const site = await openSite(settings);
  const { server, clock } = site;
  const code = ({ seed }: Pick<Admin, "seed">): string => {
    // No code is right twice.
    clock.jumpTo(clock.now() + 30_000);
    return codeOfApp(seed, clock.now());
  };
  const invitation = async (): Promise<string> => {
    const headers = { "content-type": "application/json" };
    const via = { method: "POST", headers, body: "{}", socketPath: server.adminSocket };
    const { text } = await ask("http://localhost/machine/invitations", via);
    return (JSON.parse(text) as { invitation: string }).invitation;
  };
  return {
    ...site,
    invitation,
    code,
    async join(name, given) {
      const visitor = site.visitor();
      await visitor.open("/console/join");
      const secret = given ?? (await invitation());
      await visitor.post("/console/join", { invitation: secret, name, password, again: password });
      await visitor.post("/console/enrol/app");
      const seed = seedOn(visitor);
      await visitor.post("/console/enrol/code", { code: code({ seed }) });
      const codes = [...visitor.page.text.matchAll(/<li><code>([^<]+)<\/code>/g)].map((one) => one[1] ?? "");
      await visitor.post("/console/codes-kept");
      return { visitor, name, seed, codes };
    },
    async signIn(admin, visitor = site.visitor()) {
      await visitor.open("/console/sign-in");
      await visitor.post("/console/sign-in", { name: admin.name, password });
      await visitor.post("/console/challenge", { type: "totp", code: code(admin) });
      return visitor;
    },
  };
}

/** Somebody who is no administrator, with a phone. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly number: string;
}

/** Enrols somebody with the password of all here and a phone. */
export async function somebody({ call, codeFor, freshNumber }: Site, name: string): Promise<Person> {
  const made = await call("POST", "/subscribers", { name, password });
  const { id } = made.json;
  const number = freshNumber();
  const path = `/subscribers/${id}/authenticators`;
  const { authenticator } = (await call("POST", path, { type: "phone", number })).json;
  const code = await codeFor(number);
  const { status } = await call("POST", `${path}/${authenticator.id}/confirm`, { code });
  if (status !== 200) throw new Error(`the phone of ${name} was not confirmed: ${status}`);
  return { id, name, number };
}

/** The key that an app is to be set up with. */
export function seedOn({ page }: Visitor): string {
  return (/class="secret">([A-Z2-7 ]+)</.exec(page.text)?.[1] ?? "").replaceAll(" ", "");
}

/** What the page is about. */
export function heading({ page }: Visitor): string {
  return /<h1[^>]*>([^<]*)/.exec(page.text)?.[1] ?? "";
}

/** What it says happened. */
export function said({ page }: Visitor): string {
  return /class="notice[^>]*><span>(.*?)<\/span>/.exec(page.text)?.[1] ?? "";
}
