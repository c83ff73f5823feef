import { createServer, connect as openSocket, type Socket } from "node:net";

/**
 * A pooler by transaction, as small as one can be: a client has a server while its transaction lasts, and gives it back
 * after that. Like PgBouncer without `max_prepared_statements` it knows nothing of prepared statements, and like
 * PgBouncer it refuses start-up options and gives its clients process numbers of its own.
 */
export interface TransactionPooler {
  readonly port: number;
  close(): Promise<void>;
}

interface Backend {
  readonly socket: Socket;
  client: Client | null;
}

interface Client {
  readonly socket: Socket;
  backend: Backend | null;
  /** What it sent while it had no server. */
  waiting: Buffer[];
}

interface Pool {
  readonly toPort: number;
  readonly database: string;
  /** Those nobody uses; the one given back last is given out first. */
  readonly free: Backend[];
  readonly sockets: Set<Socket>;
}

const password = "postgres";
/** First bytes of messages (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
const authentication = 0x52;
const readyForQuery = 0x5a;
const idle = 0x49;
const sync = 0x53;
const query = 0x51;
const terminate = 0x58;

export async function startTransactionPooler(toPort: number, database: string): Promise<TransactionPooler> {
  const pool: Pool = { toPort, database, free: [], sockets: new Set() };
  const server = createServer((socket) => serve(socket));

  function serve(socket: Socket): void {
    pool.sockets.add(socket);
    const client: Client = { socket, backend: null, waiting: [] };
    let isStarted = false;
    onMessages(
      socket,
      () => isStarted,
      (message, type) => {
        if (!isStarted) {
          if (message.readInt32BE(4) !== 196_608) return void socket.write("N");
          if (message.toString("latin1").includes("options\0")) {
            return void socket.end(errorOf("unsupported startup parameter: options"));
          }
          isStarted = true;
          socket.write(
            Buffer.concat([
              frame(authentication, int32(0)),
              keyData(),
              frame(readyForQuery, Buffer.from("I")),
            ]),
          );
          return;
        }
        if (type === terminate) return void socket.end();
        client.waiting.push(message);
        // A whole request at a time: up to its Sync, or a simple query.
        if (type === sync || type === query) void pass(client);
      },
    );
    socket.on("error", () => undefined);
    socket.on("close", () => client.backend?.socket.destroy());
  }

  async function pass(client: Client): Promise<void> {
    const request = Buffer.concat(client.waiting.splice(0));
    if (client.backend === null) {
      client.backend = pool.free.pop() ?? (await openBackend(pool));
      client.backend.client = client;
    }
    client.backend.socket.write(request);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async close() {
      for (const socket of pool.sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function openBackend({ toPort, database, free, sockets }: Pool): Promise<Backend> {
  const socket = openSocket(toPort, "127.0.0.1");
  sockets.add(socket);
  socket.on("error", () => undefined);
  const backend: Backend = { socket, client: null };
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const values = `user\0postgres\0database\0${database}\0\0`;
  const start = Buffer.concat([int32(196_608), Buffer.from(values)]);
  socket.write(Buffer.concat([int32(start.length + 4), start]));
  let isReady = false;
  onMessages(
    socket,
    () => true,
    (message, type) => {
      if (!isReady) {
        if (type === authentication && message.readInt32BE(5) === 3) {
          socket.write(frame(0x70, Buffer.from(`${password}\0`)));
        }
        isReady = type === readyForQuery;
        if (isReady) resolve();
        return;
      }
      const { client } = backend;
      client?.socket.write(message);
      if (type !== readyForQuery || message[5] !== idle || client === null) return;
      backend.client = null;
      client.backend = null;
      free.push(backend);
    },
  );
  await ready;
  return backend;
}

/** Cuts a stream into messages. Before the start they have a length and no type. */
function onMessages(
  socket: Socket,
  hasType: () => boolean,
  each: (message: Buffer, type: number) => void,
): void {
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const at = hasType() ? 1 : 0;
      if (rest.length < at + 4) return;
      const length = at + rest.readInt32BE(at);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      each(message, at === 1 ? (message[0] ?? 0) : 0);
    }
  });
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function frame(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), int32(body.length + 4), body]);
}

function keyData(): Buffer {
  return frame(0x4b, Buffer.concat([int32(1_900_000_001), int32(7)]));
}

function errorOf(message: string): Buffer {
  return frame(0x45, Buffer.from(`SFATAL\0C08P01\0M${message}\0\0`));
}
