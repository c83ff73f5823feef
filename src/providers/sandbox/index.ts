/** The carrier of development and tests: virtual phones, and faults on request. */
export { createSandboxFaults, type SandboxFault, type SandboxFaults, sandboxFaultTypes } from "./faults.ts";
export type { FeedEntry, PhoneEvent, PhoneFeed } from "./feed.ts";
export type { CallState, PhoneCall, PhoneMessage, PhoneReply } from "./phone.ts";
export { createPhones, type PhoneSummary, type Phones, ringingMs } from "./phones.ts";
export { createSandboxProvider, type SandboxParts } from "./provider.ts";
