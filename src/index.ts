/** What an application embeds. */
export { HashingOverloaded } from "./authenticators/errors.ts";
export { StartRefused, type StartRefusedCode } from "./instance/start-refused.ts";
export * from "./library/index.ts";
export { StorageOverloaded, StorageUnavailable } from "./store/errors.ts";
