/** What tests of an application, a provider or a store need: time and chance under their control. */
export {
  type CarrierCase,
  type CarrierRefusal,
  carrierConformance,
  type OpenCarrier,
  type OpenedCarrier,
} from "./carrier-conformance.ts";
export { createFakeClock, type FakeClock, fakeClockStart } from "./clock.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./memory-store.ts";
export {
  createSoftwareAuthenticator,
  type PasskeyAlgorithm,
  type PasskeyFaults,
  type SoftwareAuthenticator,
  type SoftwareAuthenticatorOptions,
} from "./passkeys/authenticator.ts";
export {
  type OpenedProvider,
  type OpenProvider,
  type ProviderCase,
  providerConformance,
} from "./provider-conformance.ts";
export { seededRandom } from "./random.ts";
export {
  type OpenedStore,
  type OpenOptions,
  type OpenStore,
  storeConformance,
  type TestKit,
} from "./store-conformance.ts";
