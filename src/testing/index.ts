/** What tests of an application, a provider or a store need: time and chance under their control. */
export { createFakeClock, type FakeClock, fakeClockStart } from "./clock.ts";
export { seededRandom } from "./random.ts";
