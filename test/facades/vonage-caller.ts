import { expect } from "vitest";
import { type FacadeInstallation, freshNumber } from "./installation.ts";
import { type Answer, ask } from "./vonage-requests.ts";

export type Values = Readonly<Record<string, unknown>>;

export interface Started {
  readonly id: string;
  readonly number: string;
  readonly code: string;
}

/** The calls of Verify v1 as most tests make them: each answer is looked at as every answer must be. */
export interface Caller {
  call(path: string, parameters: Values): Promise<Answer>;
  start(parameters?: Values): Promise<Started>;
  check(id: string, code: string): Promise<Answer>;
  control(id: string, cmd: string): Promise<Answer>;
  search(id: string): Promise<Answer>;
  newest(number: string): string;
}

export function callerOf(open: () => FacadeInstallation): Caller {
  async function call(path: string, parameters: Values): Promise<Answer> {
    const { http, body } = await ask(open(), path, parameters);
    expect(http.status).toBe(200);
    expect(http.headers.get("content-type")).toBe("application/json");
    return body;
  }
  const newest = (number: string): string => open().received(number)[0]?.code ?? "";
  return {
    call,
    newest,
    async start(parameters = {}) {
      const number = freshNumber();
      const body = await call("/verify/json", { number, brand: "Acme", ...parameters });
      expect(body).toEqual({ request_id: expect.stringMatching(/^[0-9a-f]{32}$/), status: "0" });
      await open().settle();
      return { id: String(body.request_id), number, code: newest(number) };
    },
    check: (id, code) => call("/verify/check/json", { request_id: id, code }),
    control: (id, cmd) => call("/verify/control/json", { request_id: id, cmd }),
    search: (id) => call("/verify/search/json", { request_id: id }),
  };
}
