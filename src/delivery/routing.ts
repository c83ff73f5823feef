import { type Channel, type Delivery, triedProviders } from "../verification/index.ts";
import type { Provider } from "./provider.ts";

export interface Route {
  /** Where the delivery goes now; null when nobody is left to ask. */
  readonly provider: Provider | null;
  /** Whether another provider could take it if this one refuses. */
  readonly hasAlternative: boolean;
}

/** Picks the provider of the next attempt: one that did not refuse it, and rather one that was not tried yet (D-6). */
export function route(providers: readonly Provider[], channel: Channel, delivery: Delivery): Route {
  const { rejectedBy, avoid } = triedProviders(delivery);
  const able = providers.filter((one) => one.channels.includes(channel) && !rejectedBy.includes(one.id));
  const fresh = able.filter((one) => !avoid.includes(one.id));
  const provider = fresh[0] ?? able[0] ?? null;
  return { provider, hasAlternative: fresh.some((one) => one !== provider) };
}
