import { createServer, type Server } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { alice } from "../support/instance.ts";
import { openReceiver } from "./receiver.ts";
import { eventsOf, openWebhookInstance } from "./webhooks.ts";

/** Counts connections, and says nothing. */
async function listen(host: string, port: number): Promise<{ readonly server: Server; connections: number }> {
  const seen = { server: createServer(), connections: 0 };
  seen.server.on("connection", (socket) => {
    seen.connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => seen.server.listen(port, host, resolve));
  onTestFinished(() => void seen.server.close());
  return seen;
}

const names = (...answers: readonly (readonly string[])[]) => {
  let asked = 0;
  return async () => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    return answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
};

test.each([
  ["this machine", ["127.0.0.1"]],
  ["a public address and this machine", ["93.184.216.34", "127.0.0.1"]],
  ["the cloud's own service", ["169.254.169.254"]],
  ["a mapped address", ["::ffff:127.0.0.1"]],
  ["nobody", []],
])("W-11: a name that leads to %s is not connected to", async (_what, addresses) => {
  const listener = await listen("127.0.0.1", 0);
  const { port } = listener.server.address() as { port: number };
  const one = await openWebhookInstance({
    webhooks: { networks: [], ports: [port] },
    resolve: names(addresses),
  });
  const endpoint = await one.endpoint(`https://hooks.example.com:${port}/`, ["verification.started"]);
  await one.start({ to: alice });
  await one.posted();
  const [event] = await eventsOf(one, endpoint.id);
  const reason = addresses.length === 0 ? "name_not_found" : "address_refused";
  expect(event?.posts).toMatchObject([{ answer: "refused", reason }]);
  expect(listener.connections).toBe(0);
});

test("W-11: DNS rebinding: a name that leads elsewhere the second time is connected to where it was looked at", async () => {
  const receiver = await openReceiver();
  const port = Number(new URL(receiver.url).port);
  const forbidden = await listen("127.0.0.9", port);
  const one = await openWebhookInstance({
    webhooks: { networks: ["127.0.0.1/32"], ports: [443] },
    resolve: names(["127.0.0.1"], ["127.0.0.9"]),
  });
  const endpoint = await one.endpoint(`http://hooks.example.com:${port}/`, ["verification.started"]);
  await one.start({ to: alice });
  await one.posted();
  expect(receiver.received).toHaveLength(1);
  expect(receiver.received[0]?.headers.host).toBe(`hooks.example.com:${port}`);
  await one.start({ to: "+14155550142" });
  await one.posted();
  const posts = (await eventsOf(one, endpoint.id)).flatMap((event) =>
    event.posts.map(({ reason }) => reason),
  );
  expect([...posts].sort()).toEqual(["address_refused", null]);
  expect(forbidden.connections).toBe(0);
});
