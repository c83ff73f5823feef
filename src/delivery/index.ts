/** What is sent, and by whom: texts, segments, the provider port and the choice among providers. */
export {
  type OutgoingMessage,
  type Provider,
  type ProviderCapabilities,
  providerTimeoutMs,
} from "./provider.ts";
export { type Route, route } from "./routing.ts";
export { countSegments, type Segments } from "./segments.ts";
export { minorUnitDigits, readableAmount, renderText, type TextInput } from "./text.ts";
