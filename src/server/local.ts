import type { FastifyInstance } from "fastify";
import type { Settings } from "../config/index.ts";
import { openConfigured } from "../instance/from-settings.ts";
import type { Instance, InstanceOptions } from "../instance/instance.ts";
import { localAdministrator } from "./admin-socket.ts";
import { createApp } from "./app.ts";
import { machineRoutes, originOf } from "./machine-routes.ts";
import { sandboxDoor } from "./sandbox.ts";

/** The whole application in this process, without a socket: for commands while no server runs. */
export interface LocalApp {
  /** Takes requests by `inject`; every one of them is the local administrator's. */
  readonly app: FastifyInstance;
  readonly instance: Instance;
  close(): Promise<void>;
}

/**
 * Opens the data folder for one command.
 * @throws StartRefused with a sentence for the operator
 */
export async function openLocalApp(
  settings: Settings,
  more: Partial<InstanceOptions> = {},
): Promise<LocalApp> {
  const instance = await openConfigured(settings, more);
  const administrator = localAdministrator(instance.tenant);
  const sandbox = sandboxDoor({ instance, guard: null, hasStandins: false });
  const app = createApp({
    engine: instance.engine,
    accounts: instance.accounts,
    parts: instance.parts,
    adminCaller: () => administrator,
    register: (one) => {
      const { port } = settings;
      const origin = (): string => originOf(settings, `http://localhost:${port}`);
      one.register(machineRoutes(settings.console ? { origin } : null));
      sandbox.register(one);
    },
  });
  await app.ready();
  instance.engine.run();
  return {
    app,
    instance,
    async close() {
      await app.close();
      await instance.close();
    },
  };
}
