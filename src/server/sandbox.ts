import type { FastifyInstance } from "fastify";
import type { Clock } from "../clock/index.ts";
import type { Instance } from "../instance/instance.ts";
import { sandboxRoutes } from "../phones/routes.ts";
import { createPhoneStreams } from "../phones/streams.ts";
import type { AdminRequests } from "./admin-socket.ts";
import { Problem } from "./problems.ts";
import { onlyOwnHosts, onlyOwnPages } from "./sandbox-host.ts";

export interface SandboxDoor {
  /** Adds the virtual phones, if there are any. */
  register(app: FastifyInstance): void;
  /** Ends the streams: a graceful stop would wait for them. */
  close(): void;
}

export interface SandboxDoorOptions {
  readonly instance: Instance;
  readonly clock: Clock;
  /** What holds for requests from sockets; null where every request is of this process. */
  readonly guard: { readonly publicUrl: string | null; readonly admin: AdminRequests } | null;
}

/** The virtual phones with everything that stands around them: who may ask, and under which names. */
export function sandboxDoor({ instance, clock, guard }: SandboxDoorOptions): SandboxDoor {
  const { sandbox } = instance;
  if (sandbox === null) return { register: () => {}, close: () => {} };
  const streams = createPhoneStreams(sandbox.phones.feed, clock);
  const parts = {
    ...sandbox,
    streams,
    problem: (code, detail) => new Problem(code, detail),
  } satisfies Parameters<typeof sandboxRoutes>[0];
  return {
    register(app) {
      void app.register(async (scope) => {
        if (guard !== null) scope.addHook("onRequest", onlyOwnHosts(guard.publicUrl, guard.admin));
        scope.addHook("onRequest", onlyOwnPages);
        await scope.register(sandboxRoutes(parts), { prefix: "/sandbox/api" });
      });
    },
    close: () => streams.close(),
  };
}
