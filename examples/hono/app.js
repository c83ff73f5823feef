// Hono, or any framework of Request and Response: pass on what is not ours. Start: node app.js
import { createServer } from "node:http";
import process from "node:process";
import { Readable } from "node:stream";
import { createCountersign } from "countersign";
import { mountWeb } from "countersign/web";
import { Hono } from "hono";

const countersign = await createCountersign({ brand: "Club" });
const handle = mountWeb(countersign, { prefix: "/verify" });

const app = new Hono();
app.use(async (context, next) => (await handle(context.req.raw)) ?? (await next()));
app.get("/", (context) => context.text("The club's own page"));

/** What @hono/node-server does, in short: Node's requests as those of the web, and back. */
const server = createServer(async (request, response) => {
  const { method, headers, url } = request;
  const body = method === "GET" || method === "HEAD" ? undefined : Readable.toWeb(request);
  const init = { method, headers, ...(body === undefined ? {} : { body, duplex: "half" }) };
  const answer = await app.fetch(new Request(`http://${headers.host}${url}`, init));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
});
server.listen(Number(process.env.PORT ?? 8080), "localhost", () => {
  console.log(`http://localhost:${server.address().port}`);
  if (countersign.firstKey !== null) console.log(`API key: ${countersign.firstKey}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
