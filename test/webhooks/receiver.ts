import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** One post as it arrived. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly sequence: number;
    readonly timestamp: string;
    readonly service: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

/** What a receiver does with a post; the default is to answer 204. */
export type Behaviour = (answer: ServerResponse, received: Received) => void;

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** From now on. */
  behave(behaviour: Behaviour): void;
  /** Types in the order of their arrival. */
  types(): readonly string[];
}

export const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (answer) =>
    void answer.writeHead(status, headers).end();

/** A real server on a free port of this machine, for the test that runs. */
export async function openReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  let behaviour: Behaviour = answering(204);
  const server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const one = { headers: request.headers, body, event: JSON.parse(body) as Received["event"] };
      received.push(one);
      behaviour(answer, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    behave(next) {
      behaviour = next;
    },
    types: () => received.map(({ event }) => event.type),
  };
}
