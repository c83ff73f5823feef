import type { FacadeInstallation } from "./installation.ts";

export interface TelnyxAnswer {
  readonly http: Response;
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what another vendor's wire holds, looked at by the tests
  readonly body: any;
}

/** One request to Telnyx's facade, with the key of the installation unless another is given. */
export async function askTelnyx(
  at: Pick<FacadeInstallation, "url"> & { readonly key: { readonly telnyx: { readonly apiKey: string } } },
  method: string,
  path: string,
  body?: unknown,
): Promise<TelnyxAnswer> {
  const http = await fetch(`${at.url}/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${at.key.telnyx.apiKey}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await http.text();
  return { http, status: http.status, body: text === "" ? null : JSON.parse(text) };
}
