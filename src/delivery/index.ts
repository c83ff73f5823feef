/** What is sent, and by whom: texts, segments, the provider port and the choice among providers. */
export { type Backlog, createBacklog } from "./backlog.ts";
export {
  type CallbackReading,
  type CallbackRefusal,
  type CallbackRequest,
  type CarrierReceipt,
  type InboundMessage,
  isRecent,
  nothingToRead,
  oneInbound,
  oneReceipt,
  refusedCallback,
} from "./callback.ts";
export {
  type CallbackAddresses,
  createCallbackAddresses,
  inboundReference,
} from "./callback-address.ts";
export { type Correspondence, createCorrespondence, type JoinedReceipt } from "./correspondence.ts";
export { localeForRegion, localeLengthMax, parseLocale, wordsIn } from "./locales/index.ts";
export { noticeText, resetText } from "./notice-texts.ts";
export { oldestFirst } from "./oldest-first.ts";
export { createPacer, type Pacer } from "./pacer.ts";
export {
  type MessageRegistration,
  type OutgoingMessage,
  type Provider,
  type ProviderCapabilities,
  providerTimeoutMs,
} from "./provider.ts";
export type { Demotion } from "./routing/arrivals.ts";
export type { OpensAt } from "./routing/choice.ts";
export type { CircuitState } from "./routing/circuit.ts";
export { createRouter, type ExplainedCarrier, type Router, restOf, signOf } from "./routing/router.ts";
export { everywhere, prefixDigitsMax, type RouteRule } from "./routing/routes.ts";
export type { FoundSender, SenderRule } from "./routing/senders.ts";
export type { OnCarrierChange, Sent, Standing } from "./routing/standings.ts";
export { countSegments, type Segments } from "./segments.ts";
export {
  type RenderedText,
  renderNearest,
  renderText,
  type TextInput,
  textSizeProblem,
} from "./text.ts";
export { minorUnitDigits, readableAmount } from "./text-amount.ts";
export { appHashProblem, hostProblem } from "./text-autofill.ts";
export { type TemplateKind, type Templates, templateKinds, templateProblem } from "./text-template.ts";
export { brandProblem, referenceProblem, wordsProblem } from "./words.ts";
