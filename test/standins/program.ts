import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { CallbackRequest } from "../../src/delivery/index.ts";

/** A program under development: it keeps what carriers post to it. */
export interface Program {
  readonly url: string;
  readonly posted: CallbackRequest[];
  close(): Promise<void>;
}

export async function openProgram(): Promise<Program> {
  const posted: CallbackRequest[] = [];
  let url = "";
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const headers = request.headers as Record<string, string>;
      const body = Buffer.concat(chunks).toString("utf8");
      const { method = "", url: path = "" } = request;
      posted.push({ method, url: `${url}${path}`, reference: path.split("/").at(-1) ?? "", headers, body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    posted,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
