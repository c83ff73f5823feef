import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { passkeysRemedy } from "../authenticators/passkeys/library.ts";
import { type LoadedSettings, loadSettings, type Settings } from "../config/index.ts";
import { adminSocketPath } from "../server/admin-socket.ts";
import type { Connection, Founding, Method, ServerConnection } from "./contract.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandFailed, problemFailure, usageFailure } from "./failure.ts";
import { followOver, type HttpTarget, requestOver } from "./http.ts";
import type { Terminal } from "./terminal.ts";

/** The options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly data?: string;
  readonly url?: string;
  readonly key?: string;
  readonly keyFile?: string;
}

/** A server that is stopping lets go of its folder soon. */
const lockWaitMs = 2_000;

/** Finds who answers: a server, else the data folder, opened here. */
export async function openConnection(
  options: GlobalOptions,
  terminal: Terminal,
  founding: Founding = "needs data",
): Promise<Connection> {
  const running = await findServer(options);
  if (running !== null) return running;
  const { openFolder } = await import("./in-process.ts");
  try {
    return await openFolder(loadedSettings(options).settings, terminal, { lockWaitMs, founding });
  } catch (cause) {
    // A server that was starting has its socket by now.
    const late = await findServer(options);
    if (late === null) throw cause;
    return late;
  }
}

/** The server at --url, else the one that holds the data folder; null where none answers there. */
export async function findServer(options: GlobalOptions): Promise<ServerConnection | null> {
  if (options.url !== undefined) return remote(options, options.url);
  if (options.key !== undefined || options.keyFile !== undefined) {
    throw usageFailure("A key was given without a server.", "Add --url with the server's address.");
  }
  const socketPath = await answeringSocket(clientSettings(options).data);
  return socketPath === null ? null : overHttp("server", { socketPath });
}

/** The settings of flags, environment and file, as a server needs them. */
export function loadedSettings(
  options: GlobalOptions,
  flags: Readonly<Record<string, string | undefined>> = {},
): LoadedSettings {
  const loaded = loadedFor("server", options, flags);
  const named = passkeySettings.filter((name) => loaded.origins[name].from !== "default");
  const remedy = named.length === 0 ? null : passkeysRemedy();
  if (remedy === null) return loaded;
  // Whoever names a domain for passkeys wants them.
  return { ...loaded, warnings: [...loaded.warnings, `There are no passkeys yet: ${remedy}.`] };
}

const passkeySettings = ["passkeyDomain", "passkeyName", "passkeyOrigins"] as const;

/** As far as a command needs them that only talks to a server. */
export function clientSettings(options: GlobalOptions): Pick<Settings, "data" | "apiKey"> {
  return loadedFor("client", options, {}).settings;
}

function loadedFor(
  role: "server" | "client",
  options: GlobalOptions,
  flags: Readonly<Record<string, string | undefined>>,
): LoadedSettings {
  const loaded = loadSettings({ flags: { ...flags, data: options.data }, role });
  if (loaded.type === "loaded") return loaded;
  const [first, ...others] = loaded.problems.map((one) => one.message);
  throw new CommandFailed({
    exitCode: exitCodes.configuration,
    code: "settings_invalid",
    what: others.length === 0 ? "A setting is wrong." : `${loaded.problems.length} settings are wrong.`,
    why: [first, ...others].join("\n       "),
    remedy: "`countersign config explain` lists all settings and what each may be.",
    problem: { code: "settings_invalid", title: "A setting is wrong", problems: loaded.problems },
  });
}

/** One answer of the API, or the refusal as the end of the command. */
export async function call(
  connection: Connection,
  method: Method,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const answer = await connection.request(method, path, body);
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw problemFailure(answer.status, answer.body);
}

/** Opens a connection for as long as `work` takes. */
export async function connected<R>(
  options: GlobalOptions,
  terminal: Terminal,
  work: (connection: Connection) => Promise<R>,
  founding: Founding = "needs data",
): Promise<R> {
  const connection = await openConnection(options, terminal, founding);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

function remote(options: GlobalOptions, url: string): ServerConnection {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw usageFailure("--url is no http or https address.", "Write it like https://verify.example.com.");
  }
  const at = new URL(url);
  const connection = overHttp("remote", { url: at, key: remoteKey(options) });
  if (!/\/api\/v1\/*$/.test(at.pathname)) return connection;
  return {
    ...connection,
    async request(...asked) {
      const answer = await connection.request(...asked);
      if ((answer.body as { readonly code?: unknown } | null)?.code !== "not_found") return answer;
      throw usageFailure("--url names the API and not its server.", "Leave out /api/v1 at its end.");
    },
  };
}

function remoteKey(options: GlobalOptions): string {
  if (options.key !== undefined) return options.key;
  if (options.keyFile !== undefined) return readKey(options.keyFile);
  const own = clientSettings(options).apiKey;
  if (own !== null) return own.reveal();
  throw new CommandFailed({
    exitCode: exitCodes.notAllowed,
    code: "unauthorized",
    what: "A server elsewhere needs an API key.",
    why: null,
    remedy: "Give it with COUNTERSIGN_API_KEY or --key-file <path>, where - reads it from standard input.",
  });
}

const standardInput = 0;

function readKey(path: string): string {
  try {
    return readFileSync(path === "-" ? standardInput : path, "utf8").trim();
  } catch {
    throw usageFailure(`The file ${path} cannot be read.`, "Check the path that --key-file names.");
  }
}

function overHttp(kind: Connection["kind"], target: HttpTarget): ServerConnection {
  return {
    kind,
    request: (method, path, body) => requestOver(target, method, path, body),
    follow: (path, lastSeenId, signal) => followOver(target, path, lastSeenId, signal),
    close: () => Promise.resolve(),
  };
}

/** The socket of the folder's server, if one listens there. */
async function answeringSocket(folder: string): Promise<string | null> {
  const path = adminSocketPath(folder);
  if (path === null) return null;
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
  return answers ? path : null;
}
