import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSettings, type Settings } from "../../src/config/index.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../src/server/index.ts";
import { quickHashes } from "../support/instance-values.ts";

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "countersign-"));
}

/** Settings as an operator gives them, with a free port and a folder of their own. */
export function settingsOf(environment: Record<string, string> = {}): Settings {
  const folder = temporaryFolder();
  const loaded = loadSettings({
    environment: { PORT: "0", COUNTERSIGN_DATA: join(folder, "data"), ...environment },
    folder,
  });
  if (loaded.type === "refused") throw new Error(loaded.problems.map((one) => one.message).join("\n"));
  return loaded.settings;
}

export interface LogLines {
  readonly text: string;
  lines(): Record<string, unknown>[];
  write(chunk: string): void;
}

export function collectLog(): LogLines {
  let text = "";
  return {
    get text() {
      return text;
    },
    lines: () =>
      text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    write(chunk) {
      text += chunk;
    },
  };
}

export interface TestServer extends RunningServer {
  readonly settings: Settings;
  readonly logged: LogLines;
  readonly key: string;
  remove(): Promise<void>;
}

export async function testServer(
  environment: Record<string, string> = {},
  options: Partial<ServerOptions> = {},
): Promise<TestServer> {
  const settings = settingsOf(environment);
  const logged = collectLog();
  const running = await startServer({
    settings,
    logTo: logged,
    lockWaitMs: 0,
    hashCost: quickHashes,
    ...options,
    // Server and client share a process here, which a loaded machine may halt for seconds: a client that wakes up then
    // writes to the connection that the server, waking up as well, is just closing as idle.
    connectionLimits: { keepAliveTimeoutMs: 10 * 60_000, ...options.connectionLimits },
  });
  return {
    ...running,
    settings,
    logged,
    key: running.firstKey?.key ?? settings.apiKey?.reveal() ?? "",
    async remove() {
      await running.close();
      rmSync(settings.data, { recursive: true, force: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly socketPath?: string | null;
}

/** Without fetch's own ideas about headers and connections. */
export function ask(
  url: string,
  { method = "GET", headers = {}, body, socketPath }: Asked = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const via = typeof socketPath === "string" ? { socketPath } : {};
    const sent = httpRequest(url, { method, headers, agent: false, ...via }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export function startBody(to: string): string {
  return JSON.stringify({ to });
}

export function withKey(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}`, "content-type": "application/json" };
}

/** A bare connection, for what no client would send. */
export function rawSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Sends bytes and reads until the server closes the connection. */
export async function sendRaw(port: number, text: string): Promise<string> {
  const socket = await rawSocket(port);
  socket.write(text);
  return await readToEnd(socket);
}

export function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    // A reset after an answer is an end like any other.
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
  });
}
