import { rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { dialectSigningSecret } from "../../src/secrets/index.ts";
import { createApp } from "../../src/server/app.ts";
import { facadeRoutes } from "../../src/server/facades/index.ts";
import type { IssuedKey, Scope, ServiceSettings } from "../../src/tenants/index.ts";
import type { Door } from "../http/door.ts";
import { openSharedInstance, type TestInstance, type TestInstanceOptions } from "../support/instance.ts";
import { makeKey, setService } from "./rows.ts";

/** An installation whose facades listen on a port of their own, on a clock that the test turns. */
export interface FacadeInstallation extends TestInstance {
  readonly url: string;
  readonly port: number;
  readonly key: IssuedKey;
  readonly signatureSecret: string;
  /** Time passes, and what was due by then is done. */
  pass(seconds: number): Promise<void>;
  /** What the outbox holds now goes out. */
  settle(): Promise<void>;
  /** A further key, of the first tenant or of one of its own. */
  makeKey(asked?: { readonly scopes?: readonly Scope[]; readonly tenant?: string }): Promise<IssuedKey>;
  /** Changes the settings of the first service. */
  setService(changes: Partial<ServiceSettings>): Promise<void>;
  /** Texts and calls that a number received, newest first. */
  received(number: string): readonly Received[];
}

export interface Received {
  readonly channel: string;
  readonly code: string;
  readonly text: string;
}

const areas = ["415", "212", "312"];
let numbers = 0;

/** A number of the range for fiction, without its plus sign: one that this process did not use before. */
export function freshNumber(): string {
  numbers += 1;
  return `1${areas[Math.floor(numbers / 9_000) % areas.length]}555${String(1_000 + (numbers % 9_000))}`;
}

const ownApp: Door = async ({ engine, parts }) => {
  const app = createApp({
    engine,
    parts,
    register: (one) => void one.register(facadeRoutes(["vonage", "telnyx", "flowroute"])),
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { port, close: () => app.close() };
};

let door = ownApp;

/** From here on, in this test file, the facades of an installation are reached by another door. */
export function openFacadesBehind(other: Door): void {
  door = other;
}

export async function openFacades(options: TestInstanceOptions = {}): Promise<FacadeInstallation> {
  const instance = await openSharedInstance(options);
  const { engine, parts, clock } = instance;
  const { port, close } = await door(instance);
  const key = instance.firstKey as IssuedKey;
  return {
    ...instance,
    port,
    url: `http://127.0.0.1:${port}`,
    key,
    signatureSecret: dialectSigningSecret(parts.keyring, "vonage", key.id),
    async pass(seconds) {
      await clock.advance(seconds * 1_000);
      await engine.tick();
    },
    settle: () => engine.tick(),
    makeKey: (asked) => makeKey(instance, asked),
    setService: (changes) => setService(instance, changes),
    received: (number) =>
      (instance.sandbox?.phones.messages(`+${number.replace("+", "")}`) ?? []).map((one) => ({
        channel: one.channel,
        code: one.code ?? "",
        text: one.text,
      })),
    async close() {
      await close();
      await instance.close();
      rmSync(instance.folder, { recursive: true, force: true });
    },
  };
}
