// Koa: the library for the pages, the HTTP API mounted beside it for other callers. Start: node app.js
import { randomUUID } from "node:crypto";
import process from "node:process";
import { createCountersign } from "countersign";
import { mountKoa } from "countersign/koa";
import Koa from "koa";

const countersign = await createCountersign({ brand: "Clinic" });
const sessions = new Map();
const app = new Koa();

// The API for other services: /verify/api/v1, with the key that is printed below.
app.use(mountKoa(countersign, { prefix: "/verify" }));

app.use(async (context, next) => {
  let sid = context.cookies.get("sid");
  if (!sessions.has(sid)) {
    sid = randomUUID();
    sessions.set(sid, {});
    context.cookies.set("sid", sid, { httpOnly: true, sameSite: "lax" });
  }
  Object.assign(context.state, { sid, session: sessions.get(sid) });
  await next();
});

const bodyBytesMax = 4_096;

async function form(context) {
  let text = "";
  for await (const chunk of context.req) {
    text += chunk;
    if (text.length > bodyBytesMax) context.throw(413);
  }
  return Object.fromEntries(new URLSearchParams(text));
}

const ask = (action, name, label) =>
  `<form method="post" action="${action}"><label>${label} <input name="${name}"></label><button>Go on</button></form>`;

app.use(async (context) => {
  const { sid, session } = context.state;
  context.type = "html";
  switch (`${context.method} ${context.path}`) {
    case "GET /":
      context.body = ask("/send", "to", "Phone number");
      return;
    case "POST /send": {
      const started = await countersign.start({ to: (await form(context)).to, binding: sid });
      if (started.outcome !== "started") context.throw(422, started.outcome, { expose: true });
      Object.assign(session, { id: started.verification.id, to: started.verification.to });
      if (countersign.phones !== null) {
        await countersign.tick();
        console.log(countersign.phones.messages(session.to)[0]?.text);
      }
      context.body = ask("/check", "code", "Code");
      return;
    }
    case "POST /check": {
      if (session.id === undefined) return context.redirect("/");
      const { code } = await form(context);
      const { outcome } = await countersign.check({ id: session.id, to: session.to, binding: sid, code });
      context.status = outcome === "approved" ? 200 : 422;
      context.body = outcome === "approved" ? `${session.to} is yours.` : ask("/check", "code", outcome);
    }
  }
});

const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", () => {
  console.log(`http://localhost:${server.address().port}`);
  if (countersign.firstKey !== null) console.log(`API key: ${countersign.firstKey}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
