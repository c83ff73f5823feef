import { connect, type Socket } from "node:net";

/** An answer, as far as the load looks at it. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One keep-alive connection with one request at a time: the cheapest client there is, so that the server is what is measured. */
export interface Connection {
  request(head: string, body: string): Promise<Answer>;
  close(): void;
}

const lengthHeader = "content-length: ";
const lengthNames = [lengthHeader, "Content-Length: "] as const;

/** The request line and headers of a POST; the length of the body is put behind it for each request. */
export function postHead(path: string, key: string): string {
  return headWith(path, `Bearer ${key}`);
}

/** The same for credentials of another form. */
export function headWith(path: string, authorization: string): string {
  return [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    `authorization: ${authorization}`,
    "content-type: application/json",
    lengthHeader,
  ].join("\r\n");
}

export function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.setEncoding("latin1");
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(overSocket(socket));
    });
  });
}

function overSocket(socket: Socket): Connection {
  let received = "";
  let waiting: { resolve(answer: Answer): void; reject(cause: unknown): void } | null = null;
  const fail = (cause: unknown): void => {
    waiting?.reject(cause);
    waiting = null;
  };
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the server closed the connection")));
  socket.on("data", (chunk) => {
    received += String(chunk);
    const answer = parse(received);
    if (answer === null) return;
    received = "";
    const { resolve } = waiting ?? {};
    waiting = null;
    resolve?.(answer);
  });
  return {
    request: (head, body) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`, "latin1");
      }),
    close: () => void socket.destroy(),
  };
}

/** Null until the answer is whole. Servers spell header names as they like, and some send chunks instead of a length. */
function parse(text: string): Answer | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const status = Number(text.slice(9, 12));
  const length = lengthIn(text, end);
  if (length !== null) {
    return text.length < end + 4 + length ? null : { status, body: text.slice(end + 4) };
  }
  if (!/\r\ntransfer-encoding: chunked\r\n/i.test(text.slice(0, end + 2))) {
    throw new Error("an answer has neither a length nor chunks");
  }
  return text.endsWith("\r\n0\r\n\r\n") ? { status, body: text.slice(end + 4) } : null;
}

function lengthIn(text: string, end: number): number | null {
  for (const name of lengthNames) {
    const at = text.indexOf(name);
    if (at >= 0 && at < end) return Number.parseInt(text.slice(at + name.length, end), 10);
  }
  return null;
}
