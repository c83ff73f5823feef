import type { AccountVerbs as EngineVerbs } from "../engine/index.ts";
import { type Challenges, challengeVerbs } from "./challenges.ts";
import { type Notices, type Recoveries, type Resets, recoveryVerbs } from "./recoveries.ts";
import { type Sessions, sessionVerbs } from "./sessions.ts";
import { type Subscribers, subscriberVerbs } from "./subscribers.ts";

export interface AccountVerbs {
  readonly recoveries: Recoveries;
  readonly resets: Resets;
  readonly notices: Notices;
  readonly subscribers: Subscribers;
  readonly challenges: Challenges;
  readonly sessions: Sessions;
}

/** The verbs of accounts for the one tenant. */
export function accountVerbs(accounts: EngineVerbs, tenantId: string): AccountVerbs {
  return {
    subscribers: subscriberVerbs(accounts, tenantId),
    challenges: challengeVerbs(accounts, tenantId),
    sessions: sessionVerbs(accounts, tenantId),
    ...recoveryVerbs(accounts, tenantId),
  };
}
