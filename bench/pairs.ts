import { Secret } from "../src/secrets/index.ts";
import { issuedKey } from "../src/tenants/index.ts";
import { type Answer, type Connection, headWith, postHead } from "./connection.ts";
import { nextPerson, type Person, personCode } from "./people.ts";
import type { PhoneLine } from "./phone-line.ts";
import { benchProfile, type FacadeSpoken, type PeopleSetup, type ServerSetup } from "./protocol.ts";

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
  /** Gives back what the check is addressed to. */
  start(connection: Connection, number: string): Promise<string>;
  check(connection: Connection, id: string, code: string): Promise<void>;
  codeFor(number: string): Promise<string>;
}

/** How a server is spoken to: as each of them wants it, with as little as it allows. */
export function pairClient(server: ServerSetup, key: string, phones: PhoneLine): PairClient {
  const codeFor = (number: string): Promise<string> => phones.codeFor(number);
  switch (server.mode) {
    // It sends nothing: there the code is made up.
    case "bare":
      return { ...byId(key), codeFor: () => Promise.resolve("123456") };
    case "countersign":
      if (server.people !== undefined) return challengeClient(server.people, key, phones);
      return { ...(server.facade === undefined ? byId(key) : facades[server.facade](key)), codeFor };
    case "tutorial":
      return {
        ...byNumber(key, { start: "/start", check: "/check", field: "to", startStatus: 201 }),
        codeFor,
      };
    case "betterAuth": {
      const [start, check] =
        server.check === "verify"
          ? (["/api/auth/phone-number/send-otp", "/api/auth/phone-number/verify"] as const)
          : (["/send", "/consume"] as const);
      return { ...byNumber(key, { start, check, field: "phoneNumber", startStatus: 200 }), codeFor };
    }
  }
}

/** A challenge of somebody who is enrolled, in place of a verification of a number: the number only says whose pair it is. */
function challengeClient(people: PeopleSetup, key: string, phones: PhoneLine): PairClient {
  const next = nextPerson(people);
  const startHead = postHead("/api/v1/challenges", key);
  const whose = new Map<string, Person>();
  return {
    async start(connection, number) {
      const person = next();
      whose.set(number, person);
      const send = people.meets === "phone" ? ',"send":true' : "";
      const body = `{"subscriberId":"${person.id}","binding":"b","passwordChecked":true${send}}`;
      const started = await connection.request(startHead, body);
      if (started.status !== 201) throw refused("challenge", started);
      const at = started.body.indexOf('"id":"') + 6;
      return started.body.slice(at, started.body.indexOf('"', at));
    },
    async check(connection, id, code) {
      const head = postHead(`/api/v1/challenges/${id}/check`, key);
      const answer = await connection.request(head, `{"code":"${code}","binding":"b"}`);
      if (answer.status !== 200) throw refused("check", answer);
    },
    codeFor(number) {
      const person = whose.get(number) as Person;
      whose.delete(number);
      return people.meets === "app" ? Promise.resolve(personCode()) : phones.codeFor(person.number);
    },
  };
}

type Requests = Pick<PairClient, "start" | "check">;

/** Our own API: a start gives an id, and the check is addressed to it. */
function byId(key: string): Requests {
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
  };
}

/** What clients of other vendors send, with the credentials that follow from the key. */
const facades: Readonly<Record<FacadeSpoken, (key: string) => Requests>> = {
  vonage(key) {
    const { apiKey, apiSecret } = issuedKey("", new Secret(key)).vonage;
    const basic = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString("base64")}`;
    const startHead = headWith("/verify/json", basic);
    const checkHead = headWith("/verify/check/json", basic);
    return {
      async start(connection, number) {
        const answer = await connection.request(startHead, `{"number":"${number}","brand":"Acme"}`);
        const id = /"request_id":"([0-9a-f]{32})","status":"0"/.exec(answer.body)?.[1];
        if (id === undefined) throw refused("start", answer);
        return id;
      },
      async check(connection, id, code) {
        const answer = await connection.request(checkHead, `{"request_id":"${id}","code":"${code}"}`);
        if (!answer.body.includes('"status":"0"')) throw refused("check", answer);
      },
    };
  },
  telnyx(key) {
    const bearer = `Bearer ${issuedKey("", new Secret(key)).telnyx.apiKey}`;
    const startHead = headWith("/v2/verifications/sms", bearer);
    const profile = `"verify_profile_id":"${benchProfile}"`;
    return {
      async start(connection, number) {
        const answer = await connection.request(startHead, `{"phone_number":"${number}",${profile}}`);
        if (answer.status !== 200) throw refused("start", answer);
        return number;
      },
      async check(connection, number, code) {
        const path = `/v2/verifications/by_phone_number/${number}/actions/verify`;
        const answer = await connection.request(headWith(path, bearer), `{"code":"${code}",${profile}}`);
        if (!answer.body.includes('"accepted"')) throw refused("check", answer);
      },
    };
  },
};

interface Routes {
  readonly start: string;
  readonly check: string;
  /** The name that the number has in a body. */
  readonly field: string;
  readonly startStatus: number;
}

/** Servers that know no verification, only numbers. */
function byNumber(key: string, { start, check, field, startStatus }: Routes): Requests {
  const startHead = postHead(start, key);
  const checkHead = postHead(check, key);
  return {
    async start(connection, number) {
      const answer = await connection.request(startHead, `{"${field}":"${number}"}`);
      if (answer.status !== startStatus) throw refused("start", answer);
      return number;
    },
    async check(connection, number, code) {
      const answer = await connection.request(checkHead, `{"${field}":"${number}","code":"${code}"}`);
      if (answer.status !== 200) throw refused("check", answer);
    },
  };
}

function refused(what: string, { status, body }: Answer): Error {
  return new Error(`a ${what} was answered with ${status}: ${body.slice(0, 300)}`);
}
