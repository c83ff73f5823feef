import type { AddressInfo } from "node:net";
import type { Instance } from "../../src/instance/instance.ts";
import { createApp } from "../../src/server/app.ts";

/** Serves an instance on a free port of this machine, and tells the process that started this one. */
export async function serveAndTell(instance: Instance, further: object = {}): Promise<void> {
  const app = createApp({ engine: instance.engine, parts: instance.parts });
  await app.listen({ host: "127.0.0.1", port: 0 });
  instance.engine.run();
  const { port } = app.server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port, ...further })}\n`);
}
