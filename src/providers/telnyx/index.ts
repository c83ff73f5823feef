/** Telnyx: texts and calls anywhere. */
export { createTelnyxProvider } from "./provider.ts";
export { isTelnyxPublicKey, type TelnyxSettings } from "./settings.ts";
