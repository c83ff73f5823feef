import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/clock/index.ts";
import { type Instance, type InstanceOptions, openInstance } from "../../src/instance/instance.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { quickHashes } from "../support/instance-values.ts";
import { type Answer, contractOf, hostsAnswer } from "./contract.ts";
import { openDoor } from "./door.ts";

export type { Answer };

export interface Call {
  readonly method?: string;
  readonly path: string;
  /** A bearer secret; null for none. By default the installation's first key. */
  readonly key?: string | null;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** A whole installation on a port of its own, in a folder of its own. */
export interface Installation {
  readonly instance: Instance;
  readonly clock: FakeClock;
  readonly folder: string;
  readonly port: number;
  readonly firstKey: string;
  /** Sends a request under /api/v1, and holds the answer against the document. */
  call(call: Call): Promise<Answer>;
  /** The same for any path, without looking at the answer. */
  send(call: Call): Promise<Answer>;
  /** Starts a verification and lets its message go out. */
  start(body?: Readonly<Record<string, unknown>>, key?: string): Promise<{ id: string; code: string }>;
  makeKey(body: Readonly<Record<string, unknown>>, key?: string): Promise<Answer["json"]>;
  close(): Promise<void>;
}

/** As after a flush, without the way to another thread and back; what flushes, the tests of the store prove. */
const afterAFlush: NonNullable<InstanceOptions["sync"]> = (done) => void setImmediate(done, null);

let numbers = 0;

/** A number that no other test of the process uses. */
export function freshNumber(): string {
  numbers += 1;
  return `+1415555${String(1_000 + numbers)}`;
}

export async function openInstallation(
  options: Partial<InstanceOptions> & { readonly realClock?: Clock } = {},
): Promise<Installation> {
  const { realClock, ...given } = options;
  const folder = mkdtempSync(join(tmpdir(), "countersign-http-"));
  const clock = createFakeClock();
  // No test reaches the network: every name is unknown.
  const resolve = () => Promise.resolve([]);
  const accounts = { pagesUrl: "https://id.example.com/account" };
  const relyingParty = { id: "localhost", name: "Test", origins: ["http://localhost:3000"] };
  const parts = { clock: realClock ?? clock, resolve, hashCost: quickHashes, sync: afterAFlush };
  const always = { folder, accounts, relyingParty, ...parts };
  const instance = await openInstance({ ...always, ...given });
  const door = await openDoor(instance);
  const { port } = door;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const firstKey = instance.firstKey?.key ?? "";

  const send = (call: Call): Promise<Answer> => exchange(agent, port, { key: firstKey, ...call });
  const contract = contractOf((await send({ path: "/api/openapi.json", key: null })).text);
  const call = async (asked: Call): Promise<Answer> => {
    const answer = await send({ ...asked, path: `/api/v1${asked.path}` });
    contract.check(asked.method ?? "GET", asked.path, answer);
    return answer;
  };
  return {
    instance,
    clock,
    folder,
    port,
    firstKey,
    send,
    call,
    async start(body = {}, key = firstKey) {
      const started = await call({
        method: "POST",
        path: "/verifications",
        body: { to: freshNumber(), ...body },
        key,
      });
      if (started.status !== 201) throw new Error(`not started: ${started.text}`);
      await instance.engine.tick();
      const messages = instance.sandbox?.phones.messages(started.json.to) ?? [];
      return { id: started.json.id, code: String(messages[0]?.code) };
    },
    async makeKey(body, key = firstKey) {
      const made = await call({ method: "POST", path: "/keys", body: { name: "made", ...body }, key });
      if (made.status !== 201) throw new Error(`not made: ${made.text}`);
      return made.json;
    },
    async close() {
      agent.destroy();
      await door.close();
      await instance.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function exchange(agent: Agent, port: number, call: Call): Promise<Answer> {
  const { method = "GET", path, key, body, raw } = call;
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const headers: Record<string, string | string[]> = {
    ...(typeof key === "string" ? { authorization: `Bearer ${key}` } : {}),
    ...(payload === undefined ? {} : { "content-type": "application/json" }),
    ...(payload === undefined ? {} : { "content-length": String(Buffer.byteLength(payload)) }),
    ...call.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ agent, host: "127.0.0.1", port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          // A path that is none of ours is answered by the framework around us, if there is one.
          json: text === "" || text === hostsAnswer ? null : JSON.parse(text),
        });
      });
    });
    sent.on("error", reject);
    sent.end(payload);
  });
}
