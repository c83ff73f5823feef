import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { phoneNumber } from "better-auth/plugins";
import pg from "pg";
import { type BetterAuthSetup, benchSecret } from "../protocol.ts";
import { type PassCode, portOf, type Served } from "../subjects/served.ts";

/** As many as helped: with 32 instead of the ten of node-postgres more of its commits share a flush. */
const connectionsMax = 32;

/**
 * better-auth with its phone-number plugin, as durable as Countersign: the same write-ahead log and flushes on SQLite,
 * PostgreSQL's own defaults there. What is off serves it: the rate limiter, the clean-up of expired codes, logs.
 */
export async function serve(setup: BetterAuthSetup, pass: PassCode): Promise<Served> {
  let delivered = 0;
  const { database, close } = openDatabase(setup);
  const auth = createAuth(database, (number, code) => {
    delivered += 1;
    pass(number, code);
  });
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();
  const server = createServer(setup.check === "verify" ? toNodeHandler(auth) : sendAndConsume(auth));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: portOf(server.address()),
    store: setup.databaseUrl === undefined ? "sqlite" : "postgres",
    delivered: () => delivered,
    drain: () => Promise.resolve(),
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await close();
    },
  };
}

interface Database {
  readonly database: DatabaseSync | pg.Pool;
  close(): Promise<void>;
}

function openDatabase({ folder, databaseUrl }: BetterAuthSetup): Database {
  if (databaseUrl !== undefined) {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: connectionsMax });
    return { database: pool, close: () => pool.end() };
  }
  const database = new DatabaseSync(join(folder, "better-auth.db"));
  database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768");
  return {
    database,
    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

type Auth = ReturnType<typeof createAuth>;

function createAuth(database: Database["database"], send: PassCode) {
  return betterAuth({
    database,
    secret: benchSecret,
    baseURL: "http://127.0.0.1",
    logger: { disabled: true },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    verification: { disableCleanup: true },
    plugins: [
      phoneNumber({
        sendOTP: ({ phoneNumber: number, code }) => send(number, code),
        signUpOnVerification: { getTempEmail: (number) => `${number.slice(1)}@phone.example` },
      }),
    ],
  });
}

/** Using a code up without a user has no route of its own there: an application calls it, in as little as possible. */
function sendAndConsume(auth: Auth): RequestListener {
  const run = async (request: IncomingMessage): Promise<unknown> => {
    const body = await readBody(request);
    return request.url?.endsWith("/send") === true
      ? await auth.api.sendPhoneNumberOTP({ body: body as { phoneNumber: string } })
      : await auth.api.consumePhoneNumberOTP({ body: body as { phoneNumber: string; code: string } });
  };
  return (request, response) => {
    void run(request).then(
      (result) => answer(response, 200, result),
      (cause: unknown) => answer(response, 400, { error: String(cause) }),
    );
  };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return JSON.parse(text);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
