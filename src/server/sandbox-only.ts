import Fastify from "fastify";
import { systemClock, systemRandom } from "../clock/index.ts";
import { createPhones, createSandboxFaults } from "../providers/sandbox/index.ts";
import { errorPageRoutes } from "./about/error-pages.ts";
import { createAdminRequests } from "./admin-socket.ts";
import { bodyBytesMax, decorateAddresses, readStrictJson } from "./app.ts";
import { guardRequests } from "./guards.ts";
import { defaultConnectionLimits, listen } from "./listeners.ts";
import { Problem, sendProblem, toProblem } from "./problems.ts";
import { sandboxDoor } from "./sandbox.ts";
import { compileSchemasLate } from "./schema-compilers.ts";
import { localUrl } from "./serve.ts";
import type { StandinVendor } from "./standins.ts";

/** Virtual phones and stand-ins that run by themselves. */
export interface RunningSandbox {
  readonly url: string;
  readonly port: number;
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

/**
 * The carriers of development for any program: the stand-ins and the phones, without data, keys or an engine. Only this
 * machine reaches them.
 * @throws StartRefused
 */
export async function startSandbox(
  hosts: readonly string[],
  port: number,
  root?: StandinVendor,
): Promise<RunningSandbox> {
  const clock = systemClock();
  const random = systemRandom();
  const app = Fastify({
    logger: false,
    bodyLimit: bodyBytesMax,
    routerOptions: { maxParamLength: 128 },
    return503OnClosing: true,
  });
  compileSchemasLate(app);
  decorateAddresses(app, null);
  readStrictJson(app);
  guardRequests(app, null);
  app.setErrorHandler((error, request, reply) =>
    sendProblem(request, reply, toProblem(error, request.headers["content-type"])),
  );
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      request,
      reply,
      new Problem("not_found", "No route has this path: the virtual phones are at /sandbox."),
    ),
  );
  const sandbox = { phones: createPhones(clock), faults: createSandboxFaults() };
  const guard = { publicUrl: null, admin: createAdminRequests() };
  const door = sandboxDoor({ instance: { sandbox, parts: { clock, random } }, root, guard });
  door.register(app);
  app.register(errorPageRoutes);
  app.get("/", (_request, reply) => reply.redirect("/sandbox", 303));
  await app.ready();
  const handler = (...given: Parameters<typeof app.routing>): void => app.routing(...given);
  const listening = await listen(hosts, port, handler, defaultConnectionLimits, clock);
  return {
    url: localUrl(listening.addresses, listening.port),
    port: listening.port,
    addresses: listening.addresses,
    async close() {
      door.close();
      await listening.drain();
      await app.close();
    },
  };
}
