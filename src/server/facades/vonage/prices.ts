import type { FastifyRequest } from "fastify";
import { microsPerUnit } from "../../../guard/index.ts";
import type { Delivery } from "../../../verification/index.ts";

/** What the vendor's answers say about money. There is no fee for a success here; messages cost what carriers ask. */
export interface Prices {
  readonly price: string;
  readonly currency: string;
  readonly estimated_price_messages_sent: string;
}

/** The one currency that the vendor knows. */
const currency = "EUR";

export function pricesOf(deliveries: readonly Delivery[]): Prices {
  const micros = deliveries.reduce((sum, one) => sum + (one.guard?.cost ?? 0), 0);
  return {
    price: "0.00000000",
    currency,
    estimated_price_messages_sent: (micros / microsPerUnit).toFixed(8),
  };
}

/** The same, read only where messages cost anything. */
export async function pricesFor({ server }: FastifyRequest, verificationId: string): Promise<Prices> {
  const { guard, store } = server.parts;
  return pricesOf(guard === undefined ? [] : await store.deliveriesOf(verificationId));
}
