import { afterAll, beforeEach, expect } from "vitest";
import { type Operation, operationsOf } from "./contract.ts";
import { type Answer, type Installation, openInstallation } from "./installation.ts";

/** One installation a test file. */
export const installation: Installation = await openInstallation();
const { call, clock } = installation;
const { json: document } = await installation.send({ path: "/api/openapi.json", key: null });
export const operations: readonly Operation[] = operationsOf(document).filter(({ operation }) =>
  ["Subscribers", "Authenticators", "Challenges", "Sessions", "Recovery"].includes(operation.tags[0]),
);

export const minute: number = 60_000;

/** Every problem code by operation, and all that was ever answered. */
export const seen: Set<string> = new Set();
let everything = "";

/** All that was answered so far. */
export const said = (): string => everything;

function operationOf(method: string, path: string): Operation | undefined {
  const [plain = ""] = path.split("?");
  const all = operations.filter((one) => {
    const pattern = new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    return one.method === method && pattern.test(plain);
  });
  return all.sort((a, b) => Number(a.path.includes("{")) - Number(b.path.includes("{")))[0];
}

export async function ask(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
  key?: string,
): Promise<Answer> {
  const answer = await call({
    method,
    path,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(key === undefined ? {} : { key }),
  });
  everything += answer.text;
  if (answer.status >= 400) {
    const id = operationOf(method, path)?.operation.operationId;
    seen.add(`${id}: ${answer.json.code}`);
  }
  return answer;
}

export const post = (
  path: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<Answer> => ask("POST", path, body, headers);

export async function expectCode(answering: Promise<Answer>, code: string): Promise<Answer> {
  const answer = await answering;
  expect(answer.json?.code, answer.text).toBe(code);
  return answer;
}

/** Each test of the file begins a while after the one before, whose limits are over; after the last one all is closed. */
export function eachLater(ms: number = minute): void {
  afterAll(() => installation.close());
  beforeEach(() => clock.advance(ms));
}
