import { standinAccounts } from "../../standins/index.ts";
import type { GlobalOptions } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { stopSignal } from "../stop-signal.ts";
import type { Terminal } from "../terminal.ts";

const hosts = ["127.0.0.1", "::1"];

/** Runs the virtual phones and the stand-ins until a signal ends them. */
export async function serveSandbox(
  { port, root }: { readonly port: string; readonly root?: string },
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  if (all.url !== undefined) throw usageFailure("sandbox serve starts a server here.", "Leave --url out.");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw usageFailure("--port is no port.", "Write a number from 0 to 65535, such as --port 3001.");
  }
  if (root !== undefined && !isVendor(root)) {
    throw usageFailure(
      `There is no stand-in ${root}.`,
      `Choose from ${Object.keys(standinAccounts).join(", ")}.`,
    );
  }
  const { startSandbox } = await import("../../server/index.ts");
  const stopped = stopSignal();
  const server = await startSandbox(hosts, Number(port), root);
  const { url } = server;
  const standins = Object.entries(standinAccounts).map(([vendor, account]) => ({
    vendor,
    url: `${url}/sandbox/${vendor}`,
    account,
  }));
  terminal.result({ event: "ready", url, port: server.port, phones: `${url}/sandbox`, standins }, () =>
    welcome(url, standins),
  );
  const signal = await stopped.first;
  if (!terminal.json) terminal.note(`${signal}: the sandbox stops.`);
  await server.close();
  stopped.forget();
}

function isVendor(name: string): name is keyof typeof standinAccounts {
  return Object.hasOwn(standinAccounts, name);
}

interface Shown {
  readonly vendor: string;
  readonly url: string;
  readonly account: Readonly<Record<string, string>>;
}

function welcome(url: string, standins: readonly Shown[]): string {
  const lines = standins.flatMap(({ vendor, url: address, account }) => [
    `  ${vendor.padEnd(10)} ${address}`,
    ...Object.entries(account)
      // A key in PEM has 28 lines; whoever wants it asks for it.
      .filter(([name]) => name !== "privateKey")
      .map(([name, value]) => `${" ".repeat(13)}${name}: ${value}`),
  ]);
  return [
    `The sandbox is ready: the virtual phones are at ${url}/sandbox`,
    "",
    "Point a program at a carrier's stand-in, with the account beside it:",
    "",
    ...lines,
    "",
    `Everything of the accounts: curl ${url}/sandbox/api/standins`,
    "Ctrl-C stops.",
    "",
  ].join("\n");
}
