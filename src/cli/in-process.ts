import type { Settings } from "../config/index.ts";
// Not the room's index: what a command asks for needs no pages, no facades and no sockets.
import { openLocalApp } from "../server/local.ts";
import type { Connection } from "./contract.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The data folder, opened here because no server holds it: the same routes, without a socket.
 * @throws StartRefused
 */
export async function openFolder(
  settings: Settings,
  terminal: Terminal,
  lockWaitMs: number,
): Promise<Connection> {
  const { app, instance, close } = await openLocalApp(settings, { lockWaitMs });
  if (instance.firstKey !== null) {
    // Shown now or never: only its digest is stored.
    terminal.note(
      `New data folder ${settings.data}. Its first API key, shown this once: ${instance.firstKey.key}`,
    );
  }
  return {
    kind: "inProcess",
    async request(method, path, body) {
      const answer = await app.inject({
        method,
        url: path,
        ...(body === undefined
          ? {}
          : { payload: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      return { status: answer.statusCode, body: answer.body === "" ? null : answer.json() };
    },
    close,
  };
}
