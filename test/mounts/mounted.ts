import { request as httpRequest, type IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";
import type { Countersign } from "../../src/index.ts";
import { open } from "../library/open.ts";
import { type HostName, type HostOptions, hosts, listen } from "./hosts.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Browsed {
  /** Sends the first form of this page, with these fields beside its hidden ones. */
  readonly form?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly site?: string;
}

export interface Opened {
  /** As a browser does: with its cookie, as HTML. */
  browse(path: string, browsed?: Browsed): Promise<Answer>;
  readonly countersign: Countersign;
  readonly port: number;
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** With the key, and a JSON body. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** An installation in a host of this framework. */
export async function mounted(name: HostName, options: HostOptions = {}): Promise<Opened> {
  const { countersign } = await open();
  const { port, close } = await listen(await hosts[name](countersign, options));
  onTestFinished(close);
  const ask = (path: string, { method = "GET", headers = {}, body }: Asked = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest({ port, path, method, headers, agent: false }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      sent.on("error", reject);
      sent.end(body);
    });
  let cookie = "";
  const browse = async (
    path: string,
    { form, fields, site = "same-origin" }: Browsed = {},
  ): Promise<Answer> => {
    const hidden = [...(form ?? "").matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)];
    const sent = new URLSearchParams();
    for (const [, one = "", value = ""] of hidden) if (!sent.has(one)) sent.set(one, value);
    for (const [one, value] of Object.entries(fields ?? {})) sent.set(one, value);
    const headers = { cookie, accept: "text/html", host: "localhost", "sec-fetch-site": site };
    const type = "application/x-www-form-urlencoded";
    const answer = await ask(
      path,
      form === undefined
        ? { headers }
        : { method: "POST", headers: { ...headers, "content-type": type }, body: sent.toString() },
    );
    cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? cookie;
    return answer;
  };
  return {
    countersign,
    port,
    ask,
    browse,
    post: (path, body, more = {}) => {
      const headers = {
        authorization: `Bearer ${countersign.firstKey}`,
        "content-type": "application/json",
        ...more,
      };
      return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
    },
  };
}
