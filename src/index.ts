/** What an application embeds. */
export { HashingOverloaded, PasskeysUnavailable } from "./authenticators/errors.ts";
export type { OutgoingMessage, Provider, ProviderCapabilities } from "./delivery/index.ts";
export { StartRefused, type StartRefusedCode } from "./instance/start-refused.ts";
export * from "./library/index.ts";
export type { NumberRisk, RiskLookup, RiskQuestion } from "./numbers/index.ts";
export { StorageOverloaded, StorageUnavailable } from "./store/errors.ts";
export type { ProviderAnswer } from "./verification/index.ts";
