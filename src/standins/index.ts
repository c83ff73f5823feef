/** Servers that speak the carriers' own wires, for development and tests: every message ends on a virtual phone. */
export { standinAccounts } from "./accounts.ts";
export { createFlowrouteStandin } from "./flowroute/index.ts";
export type { Standin, StandinParts } from "./parts.ts";
export { takesReplies } from "./replies.ts";
export { createTelnyxStandin } from "./telnyx/index.ts";
export { createTwilioStandin } from "./twilio/index.ts";
export { createVonageStandin } from "./vonage/index.ts";
export { createWebhookStandin } from "./webhook/index.ts";
export { createWireFaults, type WireFault, type WireFaults } from "./wire-faults.ts";
