/** What is sent, and by whom: texts, segments, the provider port and the choice among providers. */
export { type Backlog, createBacklog } from "./backlog.ts";
export { createPacer, type Pacer } from "./pacer.ts";
export {
  type OutgoingMessage,
  type Provider,
  type ProviderCapabilities,
  providerTimeoutMs,
} from "./provider.ts";
export { type OpensAt, type Route, route } from "./routing.ts";
export { countSegments, type Segments } from "./segments.ts";
export { minorUnitDigits, readableAmount, renderText, type TextInput } from "./text.ts";
export { brandProblem, referenceProblem, wordsProblem } from "./words.ts";
