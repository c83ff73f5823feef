import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../config/index.ts";
// Not the room's index: what a command asks for needs no pages, no facades and no sockets.
import { openLocalApp } from "../server/local.ts";
import { databaseName } from "../store/sqlite/store.ts";
import type { Connection, Founding } from "./contract.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandFailed } from "./failure.ts";
import { printable, type Terminal } from "./terminal.ts";

/**
 * The data folder, opened here because no server holds it: the same routes, without a socket.
 * @throws StartRefused, and CommandFailed where there is no data and none may be made
 */
export async function openFolder(
  settings: Settings,
  terminal: Terminal,
  { lockWaitMs, founding }: { readonly lockWaitMs: number; readonly founding: Founding },
): Promise<Connection> {
  const { data, databaseUrl } = settings;
  if (founding === "needs data" && databaseUrl === null && !existsSync(join(data, databaseName))) {
    throw noData(data);
  }
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

function noData(folder: string): CommandFailed {
  return new CommandFailed({
    exitCode: exitCodes.storage,
    code: "no_data",
    what: `There is no data in ${printable(folder)}.`,
    why: null,
    remedy:
      "Name the folder of the server with --data, or a server elsewhere with --url; `countersign serve` makes a new folder.",
  });
}
