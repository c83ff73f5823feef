import { connect, createServer, type Socket } from "node:net";

/** What happens to a piece on its way: on, away with the connection, lost in silence, or answered in its place. */
export type Verdict = "pass" | "cut" | "swallow" | Buffer;
export type Judge = (piece: Buffer, from: "client" | "server", pair: Pair) => Verdict;

/** One connection through the proxy; judges note here what they saw. */
export interface Pair {
  readonly notes: Set<string>;
}

export interface TcpProxy {
  readonly port: number;
  judge: Judge;
  /** Breaks every connection that there is. */
  cutAll(): void;
  close(): Promise<void>;
}

const passAll: Judge = () => "pass";

/** Stands between a program and its server on the loopback, and loses what it is told to lose. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const open = new Set<() => void>();
  const proxy = {
    port: 0,
    judge: passAll,
    cutAll: () => {
      for (const cut of [...open]) cut();
    },
    close: () => {
      proxy.cutAll();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  const server = createServer((client) => {
    const target = connect(targetPort, "127.0.0.1");
    const pair: Pair = { notes: new Set() };
    const cut = (): void => {
      open.delete(cut);
      client.destroy();
      target.destroy();
    };
    open.add(cut);
    const relay = (from: Socket, to: Socket, name: "client" | "server"): void => {
      from.on("data", (piece: Buffer) => {
        const verdict = proxy.judge(piece, name, pair);
        if (verdict === "pass") to.write(piece);
        else if (verdict === "cut") cut();
        else if (verdict !== "swallow") from.end(verdict);
      });
      from.on("error", cut);
      from.on("close", cut);
    };
    relay(client, target, "client");
    relay(target, client, "server");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the proxy has no port");
  proxy.port = address.port;
  return proxy;
}

/** The same database through another port. */
export function through(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  // What a network swallows is waited for as long as an installation waits.
  changed.searchParams.delete("connect_timeout");
  return changed.href;
}
