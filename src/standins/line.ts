import type { FastifyReply, FastifyRequest } from "fastify";
import { ringingMs } from "../providers/sandbox/index.ts";
import type { Channel } from "../verification/index.ts";
import type { StandinParts } from "./parts.ts";
import { type PlannedReceipt, type PlannedRefusal, planFor } from "./plan.ts";

/** One message that a program hands to a stand-in, and how its vendor speaks about it. */
export interface Handed {
  readonly channel: Channel;
  /** E.164. */
  readonly to: string;
  readonly from: string;
  readonly text: string;
  /** The vendor's answer to a message that it takes. */
  accepted(): { readonly status: number; readonly body: unknown };
  /** The vendor's answer to one that it does not take: `null` for good, in its own way. */
  refused(refusal: PlannedRefusal | null): { readonly status: number; readonly body: unknown };
  /** The message on the phone, for what is said only once somebody listens. */
  arrived?(messageId: string): void;
  /** Tells the program what became of it; resolves when the program answered. */
  report(status: PlannedReceipt["status"], isForged: boolean): Promise<void>;
}

/** Takes a message the way its faults say: phones, answer and receipts. */
export async function carry(
  parts: StandinParts,
  handed: Handed,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const plan = planFor(parts, handed.to);
  const rings = handed.channel === "voice" && plan.isUsual;
  for (const afterMs of plan.deliverAfterMs) later(parts, afterMs, () => deliver(parts, handed, rings));
  if (plan.receiptsFirst) {
    for (const one of plan.receipts) await handed.report(one.status, one.isForged);
  }
  if (plan.answerAfterMs > 0) await parts.clock.sleep(plan.answerAfterMs);
  // What becomes of a call is for whoever has the phone to say.
  const receipts = rings ? plan.receipts.filter((one) => one.status === "sent") : plan.receipts;
  if (!plan.receiptsFirst) scheduleReceipts(parts, handed, receipts);
  switch (plan.answer.type) {
    case "accept":
      return send(reply, handed.accepted());
    case "reject":
      return send(reply, handed.refused(null));
    case "refuse":
      if (plan.answer.retryAfter !== undefined) reply.header("retry-after", plan.answer.retryAfter);
      return send(reply, handed.refused(plan.answer));
    case "garbage":
      return reply.code(handed.accepted().status).type("application/json").send("<html>Bad gateway</html>");
    case "hang":
    case "cut":
      return breakOff(request, reply, plan.answer.type, handed);
    default:
      return unreachable(plan.answer);
  }
}

function send(reply: FastifyReply, { status, body }: { status: number; body: unknown }): FastifyReply {
  return reply.code(status).type("application/json").send(JSON.stringify(body));
}

/** The receipts of one message come in their order, each after the answer to the one before. */
function scheduleReceipts(parts: StandinParts, handed: Handed, receipts: readonly PlannedReceipt[]): void {
  const run = async (): Promise<void> => {
    const start = parts.clock.now();
    for (const one of receipts) {
      const waitMs = one.afterMs - (parts.clock.now() - start);
      if (waitMs > 0) await parts.clock.sleep(waitMs);
      await handed.report(one.status, one.isForged);
    }
  };
  // What a report could not deliver is its own business: see `post`.
  void run().catch(() => {});
}

function later(parts: StandinParts, ms: number, act: () => void): void {
  if (ms === 0) act();
  else parts.clock.after(ms, act);
}

function deliver(parts: StandinParts, handed: Handed, rings: boolean): void {
  const { phones, clock } = parts;
  const { to, channel, from, text } = handed;
  const arriving = { channel, from, text, code: codeIn(text) };
  if (!rings) {
    const { id } = phones.receive(to, arriving);
    handed.arrived?.(id);
    return;
  }
  // What a report could not deliver is its own business: see `post`.
  const report = (status: "delivered" | "failed"): void => void handed.report(status, false).catch(() => {});
  const { id } = phones.receive(to, arriving, report);
  handed.arrived?.(id);
  clock.after(ringingMs, () => {
    if (phones.call(to, id)?.state === "voicemail") report("delivered");
  });
}

/** The one run of digits that is as long as a code, written or spoken; null where there is none or several. */
export function codeIn(text: string): string | null {
  const spoken = text.replace(/(\d)[,.]? (?=\d\b)/g, "$1");
  const runs = new Set(spoken.match(/(?<![\d+])\d{4,10}(?!\d)/g));
  const [only] = runs;
  return runs.size === 1 ? (only ?? null) : null;
}

function breakOff(
  request: FastifyRequest,
  reply: FastifyReply,
  how: "hang" | "cut",
  handed: Handed,
): FastifyReply {
  reply.hijack();
  if (how === "hang") return reply;
  const { status, body } = handed.accepted();
  const text = JSON.stringify(body);
  reply.raw.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  reply.raw.write(text.slice(0, text.length / 2), () => request.raw.socket.destroy());
  return reply;
}

function unreachable(answer: never): never {
  throw new TypeError(`not an answer: ${JSON.stringify(answer)}`);
}
