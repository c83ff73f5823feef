import type { Clock, Random } from "../clock/index.ts";
import type { Keyring } from "../secrets/index.ts";
import type { Store } from "../store/index.ts";
import { type DestinationRules, publicOnly } from "./destination.ts";
import { withEvents } from "./outbox.ts";
import type { MaskedRecipient } from "./payload.ts";
import { type Resolve, systemResolve } from "./post.ts";
import { createRegistry, type Registry } from "./registry.ts";
import { createSender, type Sender, type SenderParts } from "./sender.ts";

export interface WebhooksParts {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: SenderParts["log"];
  readonly count: SenderParts["count"];
  /** The recipient of a row, masked. */
  readonly masked: MaskedRecipient;
  /** Where events may go beside the public network. */
  readonly rules?: DestinationRules;
  /** For tests: the addresses of a name. */
  readonly resolve?: Resolve;
}

/** Events out: written with the changes that they tell of, and posted until they are received. */
export interface Webhooks extends Pick<Sender, "poll" | "postNow" | "settled" | "stop"> {
  readonly registry: Registry;
  readonly rules: DestinationRules;
  readonly masked: MaskedRecipient;
}

/** The store to work with from now on, and what works on its events. Nothing is posted before the first look. */
export async function openWebhooks(
  parts: WebhooksParts,
): Promise<{ readonly store: Store; readonly webhooks: Webhooks }> {
  const registry = createRegistry(parts.store, parts.clock);
  const rules = parts.rules ?? publicOnly;
  const store = withEvents(parts.store, registry, parts.random, (events) => sender.offer(events));
  const sender = createSender({
    ...parts,
    store,
    registry,
    rules,
    resolve: parts.resolve ?? systemResolve,
  });
  // What happens from the first call on is told to those who want to hear of it.
  await registry.refresh();
  const { poll, postNow, settled, stop } = sender;
  return { store, webhooks: { registry, rules, masked: parts.masked, poll, postNow, settled, stop } };
}
