/** The carrier of development and tests: virtual phones, and faults on request. */
export { createSandboxFaults, type SandboxFault, type SandboxFaults, sandboxFaultTypes } from "./faults.ts";
export { createPhones, type PhoneMessage, type PhoneSummary, type Phones } from "./phones.ts";
export { createSandboxProvider, type SandboxParts } from "./provider.ts";
