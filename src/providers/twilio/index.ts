/** Twilio: texts and calls anywhere. */
export { createTwilioProvider } from "./provider.ts";
export type { TwilioSettings } from "./settings.ts";
