// Hono, or any framework of Request and Response: the pages, and a route behind them. Start: npm start
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import process from "node:process";
import { Readable } from "node:stream";
import { createFromEnvironment } from "countersign";
import { mountWeb, requireVerified } from "countersign/web";
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";

const countersign = await createFromEnvironment(process.env, { brand: "Club" });
const prefix = "/verify";
const handle = mountWeb(countersign, { prefix });
/** Whoever opens /members proves a number first; which, the session says afterwards. */
const proved = requireVerified(countersign, { prefix, purpose: "members" });
const sessions = new Map();

const app = new Hono();
app.use(async (context, next) => (await handle(context.req.raw, context.env.address)) ?? (await next()));
app.get("/", (context) =>
  context.html('<p>The club. <a href="/members">Members</a> prove their number.</p>'),
);
app.get("/members", async (context) => {
  let sid = getCookie(context, "sid");
  if (!sessions.has(sid)) {
    if (sessions.size >= 10_000) sessions.delete(sessions.keys().next().value);
    sid = randomUUID();
    sessions.set(sid, {});
  }
  setCookie(context, "sid", sid, { httpOnly: true, sameSite: "Lax", path: "/" });
  const session = sessions.get(sid);
  const elsewhere = await proved(context.req.raw, session);
  if (elsewhere !== null)
    return context.body(elsewhere.body, elsewhere.status, Object.fromEntries(elsewhere.headers));
  return context.html(
    `<h1>Members</h1><p role="status">${session.countersign.members.approved.to} is yours.</p>`,
  );
});

/** What @hono/node-server does, in short: Node's requests as those of the web, and back. */
const server = createServer(async (request, response) => {
  const { method, url, headers, socket } = request;
  const body = method === "GET" || method === "HEAD" ? undefined : Readable.toWeb(request);
  const init = { method, headers, ...(body === undefined ? {} : { body, duplex: "half" }) };
  const answer = await app.fetch(new Request(`http://${headers.host}${url}`, init), {
    address: socket.remoteAddress,
  });
  response.writeHead(answer.status, [...answer.headers].flat());
  response.end(Buffer.from(await answer.arrayBuffer()));
});
server.listen(Number(process.env.PORT ?? 8080), "localhost", () => {
  console.log(`http://localhost:${server.address().port}, phones at ${prefix}/sandbox`);
  if (countersign.firstKey !== null) console.log(`API key: ${countersign.firstKey}`);
});
server.once("error", ({ message }) => process.exit(console.error(`${message}: set PORT`) ?? 1));
process.once("SIGTERM", () => server.close(() => countersign.close()));
