import { hash } from "node:crypto";

/** What a page answered. */
export interface Shown {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where it led, if it was a redirect that was not followed. */
  readonly location: string | null;
}

/** A browser without scripts and without a window: cookies, forms and redirects, and headers as a test wants them. */
export class Visitor {
  readonly #origin: string;
  readonly #address: string | null;
  cookies: Map<string, string> = new Map();
  page: Shown = { status: 0, headers: new Headers(), text: "", location: null };

  constructor(origin: string, address: string | null = null) {
    this.#origin = origin;
    this.#address = address;
  }

  async open(path: string, headers: Record<string, string> = {}): Promise<Shown> {
    return await this.#follow(await this.#send("GET", path, headers));
  }

  /** Posts as a browser does from a page of the same origin, with the page's own hidden fields. */
  async post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Shown> {
    const body = new URLSearchParams({ ...this.hidden(), ...fields });
    const sent = {
      "sec-fetch-site": "same-origin",
      origin: "null",
      "content-type": "application/x-www-form-urlencoded",
      ...headers,
    };
    return await this.#follow(await this.#send("POST", path, sent, body.toString()));
  }

  /** The hidden fields of the page's forms. */
  hidden(): Record<string, string> {
    const found = [...this.page.text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
    return Object.fromEntries(
      found.map(([, name = "", value = ""]) => [name, value.replaceAll("&#61;", "=")]),
    );
  }

  /** The fields of a start with the work done. */
  proven(country: string, number: string): Record<string, string> {
    const { challenge = "" } = this.hidden();
    return { country, number, challenge, answer: answerTo(challenge, country, number) };
  }

  async #follow(shown: Shown): Promise<Shown> {
    this.page = shown;
    const isOwn = shown.location?.startsWith("/") === true;
    return isOwn ? await this.open(shown.location ?? "") : shown;
  }

  async #send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Shown> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(new URL(path, this.#origin), {
      method,
      redirect: "manual",
      headers: {
        ...(cookie === "" ? {} : { cookie }),
        ...(this.#address === null ? {} : { "x-forwarded-for": this.#address }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const one of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      this.cookies.set(name, value);
    }
    const { status } = response;
    return {
      status,
      headers: response.headers,
      text: await response.text(),
      location: response.headers.get("location"),
    };
  }
}

/** The work that the page's script does. */
export function answerTo(challenge: string, country: string, number: string): string {
  const below = 2 ** 48 / Number(challenge.split(".")[1]);
  const prefix = `${challenge}|${country}|${number}|`;
  for (let answer = 0; ; answer++) {
    // In this form four times as fast as createHash.
    if (Number.parseInt(hash("sha256", prefix + answer, "hex").slice(0, 12), 16) < below)
      return String(answer);
  }
}
