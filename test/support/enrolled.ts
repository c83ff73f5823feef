import type { Clock } from "../../src/clock/index.ts";
import type { Countersign } from "../../src/index.ts";
import { codeOfApp } from "./totp-code.ts";

/** Somebody with a password and an app, in an application that embeds us. The code of this moment is used up. */
export async function withApp(
  { countersign, clock }: { readonly countersign: Countersign; readonly clock: Clock },
  name: string,
  password: string,
): Promise<{ readonly subscriberId: string; readonly seed: string }> {
  const { subscribers } = countersign;
  const made = await subscribers.create({ name, password });
  if (made.outcome !== "created") throw new Error(made.outcome);
  const subscriberId = made.subscriber.id;
  const app = await subscribers.enrolTotp({ subscriberId, issuer: "Kiosk" });
  if (app.outcome !== "enrolled") throw new Error(app.outcome);
  const { seed, authenticator } = app;
  const code = codeOfApp(seed, clock.now());
  const done = await subscribers.confirm({ subscriberId, authenticatorId: authenticator.id, code });
  if (done.outcome !== "confirmed") throw new Error(done.outcome);
  return { subscriberId, seed };
}
