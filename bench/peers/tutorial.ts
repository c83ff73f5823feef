import express from "express";
import type { TutorialSetup } from "../protocol.ts";
import { type PassCode, portOf, type Served } from "../subjects/served.ts";

/** What a tutorial has one write: a code in a map of this process, and nothing that bounds anything. */
export async function serve(_setup: TutorialSetup, pass: PassCode): Promise<Served> {
  const app = express();
  const codes = new Map<string, string>();
  let delivered = 0;
  app.use(express.json());
  app.post("/start", (request, response) => {
    const { to } = request.body as { to: string };
    const code = String(Math.floor(100_000 + Math.random() * 900_000));
    codes.set(to, code);
    delivered += 1;
    pass(to, code);
    response.status(201).json({ to, status: "pending" });
  });
  app.post("/check", (request, response) => {
    const { to, code } = request.body as { to: string; code: string };
    if (codes.get(to) !== code) {
      response.status(400).json({ to, status: "wrong code" });
      return;
    }
    codes.delete(to);
    response.json({ to, status: "approved" });
  });
  const server = app.listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  return {
    port: portOf(server.address()),
    store: null,
    delivered: () => delivered,
    drain: () => Promise.resolve(),
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
