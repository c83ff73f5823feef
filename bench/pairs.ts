import { type Answer, type Connection, postHead } from "./connection.ts";
import type { PhoneLine } from "./subject.ts";

/** Area codes of the United States with mobile and fixed lines; 555 is left out below. */
const areaCodes = [
  "201",
  "202",
  "203",
  "205",
  "206",
  "207",
  "208",
  "209",
  "210",
  "212",
  "213",
  "214",
  "215",
  "216",
  "217",
  "218",
  "303",
  "304",
  "305",
  "307",
  "308",
  "309",
  "310",
  "312",
  "313",
  "314",
  "315",
  "316",
  "317",
  "318",
  "319",
  "320",
] as const;

let issued = 0;

/** A number that this process never used before, so that no limit of a recipient is met. */
export function freshNumber(): string {
  const index = issued++;
  const area = areaCodes[index % areaCodes.length];
  const subscriber = 2_000_000 + Math.floor(index / areaCodes.length);
  if (subscriber >= 5_550_000) throw new RangeError("the bench ran out of phone numbers");
  return `+1${area}${subscriber}`;
}

/** The requests of a pair for one server. */
export interface PairClient {
  start(connection: Connection, number: string): Promise<string>;
  check(connection: Connection, id: string, code: string): Promise<void>;
  codeFor(number: string): Promise<string>;
}

/** `phones` is null for the bare server, which sends nothing: there the code is made up. */
export function pairClient(key: string, phones: PhoneLine | null): PairClient {
  const startHead = postHead("/api/v1/verifications", key);
  return {
    async start(connection, number) {
      const answer = await connection.request(startHead, `{"to":"${number}"}`);
      if (answer.status !== 201) throw refused("start", answer);
      const at = answer.body.indexOf('"id":"') + 6;
      return answer.body.slice(at, answer.body.indexOf('"', at));
    },
    async check(connection, id, code) {
      const head = postHead(`/api/v1/verifications/${id}/check`, key);
      const answer = await connection.request(head, `{"code":"${code}"}`);
      if (answer.status !== 200) throw refused("check", answer);
    },
    codeFor: (number) => (phones === null ? Promise.resolve("123456") : phones.codeFor(number)),
  };
}

function refused(what: string, { status, body }: Answer): Error {
  return new Error(`a ${what} was answered with ${status}: ${body.slice(0, 300)}`);
}
