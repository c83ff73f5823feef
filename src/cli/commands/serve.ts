import process from "node:process";
import { commandName } from "../../config/command-name.ts";
import type { LoadedSettings } from "../../config/index.ts";
import { inboundReference } from "../../delivery/index.ts";
import { tuneHeap } from "../../platform/heap.ts";
import type { RunningServer } from "../../server/index.ts";
import { type GlobalOptions, loadedSettings } from "../connection.ts";
import { exitCodes } from "../exit-codes.ts";
import { usageFailure } from "../failure.ts";
import { logForPeople } from "../log-for-people.ts";
import { stopSignal } from "../stop-signal.ts";
import { printable, type Terminal } from "../terminal.ts";

export interface ServeOptions {
  readonly lockWait?: string;
  /** Settings by their camelCase name. */
  readonly [setting: string]: string | undefined;
}

/** Runs the server until a signal ends it; a second signal does not wait. */
export async function serve(options: ServeOptions, all: GlobalOptions, terminal: Terminal): Promise<number> {
  if (all.url !== undefined) throw usageFailure("serve starts a server here.", "Leave --url out.");
  const { lockWait, ...flags } = options;
  const loaded = loadedSettings(all, flags);
  const { startServer } = await import("../../server/index.ts");
  const isForPeople = process.stdout.isTTY === true && !terminal.json;
  const stopped = stopSignal();
  const server = await startServer({
    settings: loaded.settings,
    ...(isForPeople ? { logTo: logForPeople(terminal) } : {}),
    ...(lockWait === undefined ? {} : { lockWaitMs: seconds(lockWait) * 1_000 }),
  });
  tuneHeap();
  for (const warning of loaded.warnings) {
    if (isForPeople) terminal.note(`${terminal.style("yellow", "Warning:")} ${warning}`);
    else server.log.warn({ event: "setting" }, warning);
  }
  announce(server, loaded, terminal, isForPeople);
  const signal = await stopped.first;
  if (isForPeople) terminal.say(`\n${signal}: finishing what is under way. Once more stops at once.`);
  await server.close();
  stopped.forget();
  return exitCodes.ok;
}

function announce(
  server: RunningServer,
  { settings }: LoadedSettings,
  terminal: Terminal,
  isForPeople: boolean,
): void {
  const { url, port, addresses, firstKey, invitation } = server;
  const dataFolder = settings.data;
  const places = {
    ...(settings.sandbox
      ? { page: `${url}/two-factor`, account: `${url}/account`, phones: `${url}/sandbox` }
      : {}),
    ...(settings.console ? { console: `${url}/console` } : {}),
    reference: `${url}/api/docs`,
    api: `${url}/api/v1`,
    openapi: `${url}/api/openapi.json`,
    health: `${url}/health/ready`,
  };
  if (terminal.json) {
    server.log.flush();
    const callbacks = callbackAddresses(server);
    const ready = {
      event: "ready",
      url,
      port,
      addresses,
      ...places,
      callbacks,
      dataFolder,
      firstKey,
      invitation,
    };
    terminal.result(ready, () => "");
    return;
  }
  const text = welcome(server, places, dataFolder, isForPeople ? terminal : plain);
  // Beside the log, not in it: log lines are collected and kept, and this may have a key in it.
  if (isForPeople) terminal.say(text);
  else terminal.note(text);
}

/** What a carrier's console is told, for texts to the account's numbers and for receipts that name no address. */
function callbackAddresses({ instance }: RunningServer): Readonly<Record<string, string>> {
  const { addresses } = instance.callbacks;
  return Object.fromEntries(
    instance.parts.providers.flatMap(({ id, readCallback }) => {
      const address = readCallback === undefined ? null : addresses.of(id, inboundReference);
      return address === null ? [] : [[id, address]];
    }),
  );
}

/** No colours where nobody may be looking. */
const plain: Pick<Terminal, "style"> = { style: (_style, text) => text };

function welcome(
  server: RunningServer,
  places: {
    readonly page?: string;
    readonly account?: string;
    readonly phones?: string;
    readonly console?: string;
    readonly reference: string;
    readonly api: string;
    readonly health: string;
  },
  dataFolder: string,
  { style }: Pick<Terminal, "style">,
): string {
  const { url, firstKey, invitation } = server;
  const callbacks = Object.entries(callbackAddresses(server));
  return [
    style("bold", `Countersign is ready at ${url}`),
    "",
    ...(places.page === undefined ? [] : [`  Verification page  ${places.page}`]),
    ...(places.account === undefined ? [] : [`  Account pages      ${places.account}`]),
    ...(places.phones === undefined ? [] : [`  Virtual phones     ${places.phones}`]),
    ...(places.console === undefined ? [] : [`  Console            ${places.console}`]),
    `  API reference      ${places.reference}`,
    `  Verification API   ${places.api}`,
    `  Health             ${places.health}`,
    `  Data folder        ${printable(dataFolder)}`,
    ...(callbacks.length === 0 ? [] : ["", "For the consoles of the carriers, as the address of webhooks:"]),
    ...callbacks.map(([carrier, address]) => `  ${carrier.padEnd(17)}  ${address}`),
    ...(firstKey === null
      ? []
      : [`  ${style("bold", "First API key")}      ${firstKey.key}  ${style("dim", "(shown this once)")}`]),
    ...(invitation === null
      ? []
      : [
          "",
          `The console has no administrator yet. Become the first within an hour, at ${url}/console/join with this invitation:`,
          `  ${invitation}  ${style("dim", "(shown this once)")}`,
        ]),
    "",
    ...nextLines(server, places),
    style("dim", "Ctrl-C stops."),
    "",
  ].join("\n");
}

/** What to do first; nothing that would be refused. */
function nextLines(
  { firstKey, instance }: RunningServer,
  { api, phones }: { readonly api: string; readonly phones?: string },
): readonly string[] {
  if (instance.parts.providers.length === 0) {
    return [
      "Nothing can be sent yet. Set COUNTERSIGN_SANDBOX=on for virtual phones, where everybody who reaches this",
      `server may read the codes, or the settings of a carrier, which \`${commandName()} config explain\` lists.`,
    ];
  }
  return [
    firstKey === null ? `Try it (\`${commandName()} keys create\` makes a key):` : "Try it:",
    "",
    `  curl ${api}/verifications -H 'Authorization: Bearer ${firstKey?.key ?? "<key>"}' \\`,
    `    -H 'Content-Type: application/json' -d '{"to":"+14155550123"}'`,
    ...(phones === undefined ? [] : [`  curl ${phones}/api/phones/+14155550123/messages`]),
    "",
    `Or the whole round in another terminal: ${commandName()} verify +14155550123`,
  ];
}

function seconds(text: string): number {
  if (!/^\d{1,4}$/.test(text))
    throw usageFailure("--lock-wait is no number of seconds.", "Write it like --lock-wait 30.");
  return Number(text);
}
