// Koa with Nunjucks: number, code, result; every outcome is shown by its name. Start: npm start
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { createFromEnvironment } from "countersign";
import { mountKoa } from "countersign/koa";
import Koa from "koa";
import nunjucks from "nunjucks";

process.loadEnvFile(join(import.meta.dirname, ".env"));
const countersign = await createFromEnvironment(process.env);
const views = nunjucks.configure(join(import.meta.dirname, "views"), { autoescape: true });
const style = await readFile(join(import.meta.dirname, "public", "style.css"));
const sessions = new Map();
const app = new Koa();

// The API for other services: /verify/api/v1, with the key that is printed below.
app.use(mountKoa(countersign, { prefix: "/verify" }));

/** Who is in the middle of what, by a cookie that only this browser has; the oldest make room. */
app.use(async (context, next) => {
  let sid = context.cookies.get("sid");
  if (!sessions.has(sid)) {
    if (sessions.size >= 10_000) sessions.delete(sessions.keys().next().value);
    sid = randomUUID();
    sessions.set(sid, {});
    context.cookies.set("sid", sid, { httpOnly: true, sameSite: "lax", secure: context.secure });
  }
  Object.assign(context.state, { sid, session: sessions.get(sid) });
  await next();
});

async function form(context) {
  if (!(context.request.length <= 4_096)) context.throw(413);
  return Object.fromEntries(new URLSearchParams(await text(context.req)));
}

function render(context, view, values, status = 200) {
  context.status = status;
  context.body = views.render(`${view}.njk`, { brand: process.env.COUNTERSIGN_BRAND, ...values });
  context.type = "html";
}

const routes = {
  "GET /": (context) => render(context, "number", { title: "Is this number yours?" }),
  "GET /style.css": (context) => Object.assign(context, { body: style, type: "css" }),
  async "POST /send"(context) {
    const { sid, session } = context.state;
    const { to } = await form(context);
    const started = await countersign.start({ to, binding: sid });
    if (started.outcome !== "started") {
      const result = `${started.outcome}: ${started.detail ?? started.reason ?? started.limit ?? "try again later"}`;
      return render(context, "number", { title: "Not sent", result, to }, 422);
    }
    Object.assign(session, { id: started.verification.id, to: started.verification.to });
    await countersign.tick();
    console.log(countersign.phones?.messages(session.to)[0]?.text ?? ""); // the virtual phone, without a carrier
    render(context, "code", { title: "Look at your phone", to: session.to });
  },
  async "POST /check"(context) {
    const { sid, session } = context.state;
    const { code } = await form(context);
    if (session.id === undefined) return context.redirect("/");
    const { outcome, checksLeft } = await countersign.check({ ...session, binding: sid, code });
    const { to } = session;
    if (outcome === "approved") return render(context, "page", { title: "Done", result: `${to} is yours.` });
    const result = checksLeft === undefined ? outcome : `${outcome}: ${checksLeft} tries left`;
    const view = /^code(Mis|Mal)/.test(outcome) ? "code" : "number";
    render(context, view, { title: "Not verified", result, to }, 422);
  },
  async "POST /cancel"(context) {
    const { sid, session } = context.state;
    if (session.id === undefined) return context.redirect("/");
    const { outcome } = await countersign.cancel({ id: session.id, binding: sid });
    render(context, "number", { title: "Canceled", result: outcome });
  },
};
app.use((context) => {
  const route = `${context.method} ${context.path}`;
  if (Object.hasOwn(routes, route)) return routes[route](context);
});

const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", () => {
  console.log(`http://localhost:${server.address().port}`);
  if (countersign.firstKey !== null) console.log(`API key: ${countersign.firstKey}`);
});
server.once("error", ({ message }) => process.exit(console.error(`${message}: set PORT`) ?? 1));
process.once("SIGTERM", () => server.close(() => countersign.close()));
