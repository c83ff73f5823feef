import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../problems.ts";
import { workOn, writeStepped } from "./handlers.ts";
import type { Memory } from "./memory.ts";
import type { AccountPages, PasskeyStep } from "./options.ts";
import { askEnrolment, askRecovery, askSignIn, askUse, type PasskeyAsk } from "./passkeys.ts";

const asks: Readonly<Record<PasskeyStep, PasskeyAsk>> = {
  "sign-in/passkey": askSignIn,
  passkey: askUse,
  "enrol/passkey": askEnrolment,
  "recover/passkey": askRecovery,
};

/** What the browser is to sign, for the script of our pages. Where the page is out of date, 409 says so. */
export async function sendOptions(
  options: AccountPages,
  request: FastifyRequest,
  reply: FastifyReply,
  name: PasskeyStep,
): Promise<FastifyReply> {
  const app = request.server;
  const posted = await workOn(options, request, reply, name, async (tools, current, fields) => {
    if (!mayAsk(tools.memory, current.network, app.clock.now())) throw new Problem("rate_limited");
    return await asks[name](tools, current, fields);
  });
  if (posted === null) return reply;
  const { current, result: asked } = posted;
  reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
  if (!("stepped" in asked)) return reply.send(asked);
  writeStepped(app, request, reply, current, asked.stepped);
  return reply.code(409).send({});
}

const asksMax = 600;
const windowMs = 300_000;

/** Each time is a row for five minutes, which nobody in particular asked for. */
function mayAsk({ passkeyAsks }: Memory, network: string, now: number): boolean {
  const known = passkeyAsks.get(network);
  const isOn = known !== undefined && now >= known.from && now < known.from + windowMs;
  const next = isOn ? { ...known, asks: known.asks + 1 } : { from: now, asks: 1 };
  passkeyAsks.set(network, next);
  return next.asks <= asksMax;
}
