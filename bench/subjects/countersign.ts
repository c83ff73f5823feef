import { systemClock } from "../../src/clock/index.ts";
import { type Instance, openInstance } from "../../src/instance/instance.ts";
import { tuneHeap } from "../../src/platform/heap.ts";
import {
  createPhones,
  createSandboxFaults,
  createSandboxProvider,
  type Phones,
} from "../../src/providers/sandbox/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createApp } from "../../src/server/app.ts";
import { facadeRoutes } from "../../src/server/facades/index.ts";
import { operatorRoutes } from "../../src/server/operator-routes.ts";
import { createRuntime } from "../../src/server/runtime.ts";
import { key } from "../../src/store/index.ts";
import { benchKey, benchProfile, benchSecret, type CountersignSetup } from "../protocol.ts";
import { enrolPeople } from "./people.ts";
import { type PassCode, portOf, type Served } from "./served.ts";

/** Countersign as it is, with phones that pass codes on. */
export async function serveCountersign(setup: CountersignSetup, pass: PassCode): Promise<Served> {
  const clock = systemClock();
  let delivered = 0;
  const phones = createPhones(clock);
  const listening: Phones = {
    ...phones,
    receive(number, message) {
      delivered += 1;
      pass(number, message.code ?? "");
      return phones.receive(number, message);
    },
  };
  const faults = createSandboxFaults();
  const provider = createSandboxProvider({ clock, phones: listening, faults, onReceipt: () => {} });
  const { databaseUrl, batchMax } = setup;
  const instance = await openInstance({
    folder: setup.folder,
    secrets: [new Secret(benchSecret)],
    apiKey: new Secret(benchKey),
    sandbox: false,
    providers: [provider],
    // On PostgreSQL without a clock, as the real server: time comes from the database.
    ...(databaseUrl === undefined ? { clock } : { databaseUrl: new Secret(databaseUrl) }),
    ...(batchMax === undefined ? {} : { batchMax }),
  });
  const { facade } = setup;
  const off = { keyRequestsPerSecond: 0, addressRequestsPerSecond: 0, addressFailuresPerMinute: 0 };
  const runtime = createRuntime(clock, off);
  const app = createApp({
    engine: instance.engine,
    parts: instance.parts,
    register(one) {
      if (facade !== undefined) void one.register(facadeRoutes([facade]));
      // Health without the limits and logs of a server: neither is measured here.
      if (setup.people !== undefined) void one.register(operatorRoutes(runtime));
    },
  });
  if (setup.people !== undefined) await enrolPeople(instance, setup.people);
  if (facade === "telnyx") await adoptProfile(instance);
  instance.engine.run();
  await app.listen({ host: "127.0.0.1", port: 0 });
  tuneHeap();
  return {
    port: portOf(app.server.address()),
    store: instance.storeKind === "postgresql" ? "postgres" : "sqlite",
    delivered: () => delivered,
    drain: () => instance.engine.tick(),
    async stop() {
      await app.close();
      await instance.close();
    },
  };
}

/** The service answers to an id that the load knows beforehand. */
async function adoptProfile({ store, tenant, parts }: Instance): Promise<void> {
  const [service] = await store.services(tenant.id);
  if (service === undefined) throw new RangeError("there is no service");
  const settings = { ...service.settings, adopted: { telnyxProfile: benchProfile } };
  await store.update([key("service", service.id)], () => ({
    writes: [{ table: "service", id: service.id, row: { ...service, settings } }],
    result: undefined,
  }));
  parts.directory.forget();
}
