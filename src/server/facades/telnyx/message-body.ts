import type { FastifyRequest } from "fastify";
import { countSegments } from "../../../delivery/index.ts";
import type { MessageView } from "../../../engine/index.ts";
import { telnyxMessage } from "../../../events/index.ts";
import { microsPerUnit } from "../../../guard/index.ts";
import { fateOf } from "../../../verification/index.ts";
import { costFor } from "../relay.ts";

/** A message as the vendor shows it, to those who may see what it costs with its price. */
export async function toMessage(
  request: FastifyRequest,
  view: MessageView,
): Promise<Readonly<Record<string, unknown>>> {
  // The vendor knows no null here: what cannot be read is said to be empty.
  const { to, text } = { to: view.to ?? "", text: view.text ?? "" };
  const { encoding, count } = countSegments(text);
  const cost = await costFor(request, view.delivery);
  const shown = {
    ...view,
    to,
    text,
    tenantId: request.caller.tenantId,
    webhookUrl: view.receiptUrl,
    // Before it has left nobody wrote them down.
    delivery: { encoding, segments: count, ...view.delivery },
  };
  const price = cost === null ? null : (cost / microsPerUnit).toFixed(4);
  return telnyxMessage(shown, fateOf(view.delivery), price);
}
