import type { FacadeInstallation } from "./installation.ts";

export type Answer = Record<string, unknown> & { readonly status?: string; readonly request_id?: string };

export type Shape = "query" | "form" | "json";

/** Sends the parameters of a call in one of the vendor's shapes, with key and secret among them unless told otherwise. */
export async function ask(
  at: Pick<FacadeInstallation, "url" | "key">,
  path: string,
  parameters: Readonly<Record<string, unknown>>,
  shape: Shape = "query",
  headers: Readonly<Record<string, string>> | null = null,
): Promise<{ readonly http: Response; readonly body: Answer; readonly text: string }> {
  const { apiKey, apiSecret } = at.key.vonage;
  const own = headers === null ? { api_key: apiKey, api_secret: apiSecret } : {};
  const all = { ...parameters, ...own };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  const http =
    shape === "query"
      ? await fetch(`${at.url}${path}?${query}`, { headers: headers ?? {} })
      : await fetch(`${at.url}${path}`, {
          method: "POST",
          headers: {
            "content-type": shape === "form" ? "application/x-www-form-urlencoded" : "application/json",
            ...headers,
          },
          body: shape === "form" ? query.toString() : JSON.stringify(all),
        });
  const text = await http.text();
  return { http, text, body: text.startsWith("{") ? (JSON.parse(text) as Answer) : {} };
}
