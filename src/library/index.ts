/** Countersign inside a process of your own. */
export type { Challenges } from "./challenges.ts";
export { type Countersign, createCountersign, type VirtualPhones } from "./countersign.ts";
export { createFromEnvironment, type EnvironmentOptions } from "./environment.ts";
export type { CountersignEvent, CountersignEvents, Listener } from "./events.ts";
export type { DescribeResult, Judgement, NumberDescription } from "./number.ts";
export type { CountersignOptions } from "./options.ts";
export { passkeyScript } from "./passkey-script.ts";
export type { CheckRequest, SettleRequest, StartRequest, VerificationRequest } from "./requests.ts";
export type { CancelResult, CheckResult, SendResult, SettleResult, StartResult } from "./results.ts";
export type { Sessions } from "./sessions.ts";
export type { Subscribers } from "./subscribers.ts";
export type { Delivery, DeliveryAttempt, Verification, VerificationDetails } from "./verification.ts";
