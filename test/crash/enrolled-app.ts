import { systemClock } from "../../src/clock/index.ts";
import type { Instance } from "../../src/instance/instance.ts";
import { codeOfApp } from "../support/totp-code.ts";

/** Somebody with an app, whose seed is sealed. */
export interface Person {
  readonly id: string;
  readonly seed: string;
}

const stepMs = 30_000;

/** Enrols one, with a code of the step before, so that this one's is good for a challenge. */
export async function enrolApp({ accounts, tenant }: Instance, name: string): Promise<Person> {
  const tenantId = tenant.id;
  const created = await accounts.createSubscriber({ tenantId, name });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const subscriberId = created.subscriber.id;
  const enrolled = await accounts.enrolTotp({ tenantId, subscriberId });
  if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
  const { seed, authenticator } = enrolled;
  const code = codeOfApp(seed, systemClock().now() - stepMs);
  const confirming = { tenantId, subscriberId, authenticatorId: authenticator.id, code };
  const { outcome } = await accounts.confirmAuthenticator(confirming);
  if (outcome !== "confirmed") throw new Error(outcome);
  return { id: subscriberId, seed };
}
